"""Grant the roles what the word lists brought."""

from importlib import import_module

from django.db import migrations

grant = import_module("config.migrations.0001_roles").grant


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0002_batches"),
        ("consent", "0010_words"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
