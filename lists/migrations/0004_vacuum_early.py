from django.db import migrations

# Who leaves and who joins makes audiences read the table beside its index, until it is vacuumed.
EARLY = """
ALTER TABLE lists_listmembership SET (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02
);
ALTER TABLE lists_listaddressoptout SET (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02
);
"""
AS_OTHERS = """
ALTER TABLE lists_listmembership RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor);
ALTER TABLE lists_listaddressoptout RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor);
"""


class Migration(migrations.Migration):
    dependencies = [("lists", "0003_personal_data")]

    operations = [migrations.RunSQL(EARLY, AS_OTHERS)]
