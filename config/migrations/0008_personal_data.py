"""Let support and compliance merge contacts, erase people and export what is known of them."""

from importlib import import_module

from django.db import migrations

grant = import_module("config.migrations.0001_roles").grant


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0007_drift_roles"),
        ("contacts", "0004_personal_data"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
