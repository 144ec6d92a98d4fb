"""Find the rows of a reach by their key, by a plan that is kept.

The planner takes a function for a thousand rows, and read the reach of every contact to set that of one. And to plan
for a few contacts takes ten times as long as to look them up.
"""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("consent.migrations.0009_reach").REFRESH.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
AFTER = BEFORE.replace(
    "WHERE r.contact_id = f.contact_id AND", "WHERE r.contact_id = ANY (there) AND r.contact_id = f.contact_id AND"
)
# Its plan for many is made by EXECUTE, for as many as they are, whatever is set here.
KEPT = "ALTER FUNCTION consent_reach_of(bigint[]) SET plan_cache_mode = force_generic_plan"
NOT_KEPT = "ALTER FUNCTION consent_reach_of(bigint[]) RESET plan_cache_mode"


class Migration(migrations.Migration):
    dependencies = [("consent", "0014_personal_data")]

    operations = [migrations.RunSQL(AFTER, BEFORE), migrations.RunSQL(KEPT, NOT_KEPT)]
