"""Give the roles what they may do with consents on file and opt-out requests."""

from importlib import import_module

from django.db import migrations


def grant(apps, schema_editor):
    import_module("config.migrations.0001_roles").grant(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0005_seal_permissions"),
        ("consent", "0008_opt_out_requests"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
