"""Give compliance the delivery codes: the grants of 0001 again, as they stand now."""

from importlib import import_module

from django.db import migrations

grant = import_module("config.migrations.0001_roles").grant


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0002_batches"),
        ("consent", "0003_calls_and_app_events"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
