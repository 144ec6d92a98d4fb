"""Let an address be replaced by a hash only in the transaction that has recorded its erasure.

Whoever else could do it would free the number: what silences it goes by the value.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0004_personal_data'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='address',
            name='identity_is_immutable',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='address',
            trigger=pgtrigger.compiler.Trigger(name='identity_is_immutable', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."value" IS DISTINCT FROM (NEW."value"))', func="\n                    IF OLD.kind = NEW.kind AND NOT starts_with(OLD.value, 'erased:')\n                       AND starts_with(NEW.value, 'erased:') AND EXISTS (\n        SELECT 1 FROM contacts_erasure erasure\n        WHERE erasure.transaction_id = pg_current_xact_id()::text::bigint\n          AND erasure.erased_at = transaction_timestamp()\n          AND OLD.id = ANY (erasure.address_ids)\n    ) THEN\n                        RETURN NEW;\n                    END IF;\n                    RAISE EXCEPTION 'Cannot update the value of address %: what silences it goes by it, so that only an'\n                        ' erasure replaces it, by a hash', OLD.id USING ERRCODE = 'restrict_violation';\n                ", hash='c5c4276ac73e2428d2cd12c89396b2ddb7fb6e23', operation='UPDATE', pgid='pgtrigger_identity_is_immutable_5433e', table='contacts_address', when='BEFORE')),
        ),
    ]
