"""Let those who read the ledger read the recorded decisions."""

from importlib import import_module

from django.db import migrations

grant = import_module("config.migrations.0001_roles").grant


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0003_api"),
        ("consent", "0005_decision_records"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
