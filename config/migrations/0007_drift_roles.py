"""Give the roles their rights on drift."""

from importlib import import_module

from django.db import migrations

roles = import_module("config.migrations.0001_roles")


class Migration(migrations.Migration):
    dependencies = [("config", "0006_grant_consents"), ("consent", "0012_drift")]
    operations = [migrations.RunPython(roles.grant, migrations.RunPython.noop)]
