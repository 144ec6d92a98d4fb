from django.db import migrations

ARRAYS = ("contact_ids", "address_ids", "reason_subjects", "suppression_ids")


def storage(kind: str) -> str:
    return ", ".join(f"ALTER COLUMN {name} SET STORAGE {kind}" for name in ARRAYS)


class Migration(migrations.Migration):
    """Keep the ids of a recorded decision as they are: compressing them took longer than finding the answers."""

    dependencies = [("consent", "0022_reach_of_new_rows")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE consent_decisionrecord {storage('EXTERNAL')}",
            f"ALTER TABLE consent_decisionrecord {storage('EXTENDED')}",
        ),
    ]
