"""Let compliance see the seals: the grants are read anew."""

import importlib

from django.db import migrations

grant = importlib.import_module("config.migrations.0001_roles").grant


class Migration(migrations.Migration):
    dependencies = [("config", "0004_decision_records"), ("consent", "0007_seals")]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
