"""Add what new suppressions refuse to the stored reach, instead of reading all that stands for each contact anew.

A new row only ever refuses more: its bits are added to those that are there, whatever set them. The locks are those of
before, in their order: addresses, then rows of reach in ascending id. A contact without a row of reach is read as before.
What lifts, and who joins or leaves an address, is read anew too: only there can something come free.
"""

from importlib import import_module

from django.db import migrations

_reach = import_module("consent.migrations.0009_reach")
CHANNEL, REASON, USES = _reach.CHANNEL, _reach.REASON, _reach.USES


def _bits(of: str, where: str) -> str:
    return f"coalesce(bit_or({of}) FILTER (WHERE s.direction = 'outbound'{where}), 0)"


# What names the contact refuses everywhere it says; what names an address refuses its other holders there only, and
# where the address is the one that they would be reached at.
ADDED = f"""
    UPDATE consent_reach r SET
        refused = r.refused | a.refused, barred = r.barred | a.barred, temporary = r.temporary | a.temporary,
        permanent = r.permanent | a.permanent, reasons = r.reasons | a.reasons, blocked = r.blocked OR a.blocked
    FROM (
        SELECT s.contact_id,
               {_bits("s.refused", "")}::smallint AS refused,
               {_bits("s.refused", " AND s.covers = 'everything'")}::smallint AS barred,
               {_bits("s.channels", " AND s.kind = 'temporary'")}::smallint AS temporary,
               {_bits("s.channels", " AND s.kind = 'permanent'")}::smallint AS permanent,
               {_bits("s.reason", "")} AS reasons,
               bool_or(s.direction = 'inbound' AND s.reason = 32768) AS blocked
        FROM (
            SELECT s.contact_id, {CHANNEL} AS channels, {CHANNEL} AS refused, s.direction, s.covers, s.kind,
                   {REASON} AS reason
            FROM written s WHERE s.contact_id IS NOT NULL
            UNION ALL
            SELECT h.contact_id, {CHANNEL},
                   CASE WHEN h.address_id IN (used.phone_id, used.email_id, used.messenger_id, used.gmb_id)
                        THEN {CHANNEL} & {USES} ELSE 0 END,
                   s.direction, s.covers, s.kind, {REASON}
            FROM written s
            JOIN contacts_contactaddress h ON h.address_id = s.address_id AND h.contact_id IS DISTINCT FROM s.contact_id
            JOIN consent_reach used ON used.contact_id = h.contact_id
        ) s GROUP BY s.contact_id
    ) a
    WHERE r.contact_id = a.contact_id AND NOT r.gone
      AND (r.refused | a.refused, r.barred | a.barred, r.temporary | a.temporary, r.permanent | a.permanent,
           r.reasons | a.reasons, r.blocked OR a.blocked)
          IS DISTINCT FROM (r.refused, r.barred, r.temporary, r.permanent, r.reasons, r.blocked)
"""

# Few rows: a plan that is kept. Many: one that is made for so many.
ON_NEW = f"""
CREATE FUNCTION consent_reach_after_new_suppressions() RETURNS trigger LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $function$
DECLARE
    named bigint[];
    people bigint[];
    there bigint[];
    missing bigint[];
BEGIN
    SELECT array_agg(DISTINCT w.address_id) INTO named FROM written w WHERE w.address_id IS NOT NULL;
    IF named IS NOT NULL THEN
        PERFORM FROM contacts_address a WHERE a.id = ANY (named) ORDER BY a.id FOR NO KEY UPDATE;
    END IF;
    SELECT array_agg(w.contact_id) INTO people FROM (
        SELECT w.contact_id FROM written w WHERE w.contact_id IS NOT NULL
        UNION
        SELECT h.contact_id FROM contacts_contactaddress h WHERE h.address_id = ANY (named)
    ) w;
    IF people IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(l.contact_id) INTO there FROM (
        SELECT r.contact_id FROM consent_reach r WHERE r.contact_id = ANY (people) ORDER BY r.contact_id FOR UPDATE
    ) l;
    IF cardinality(people) <= 50 THEN
        {ADDED};
    ELSE
        EXECUTE $rows${ADDED}$rows$;
    END IF;
    IF cardinality(people) > coalesce(cardinality(there), 0) THEN
        SELECT array_agg(i.id) INTO missing FROM (SELECT unnest(people) AS id EXCEPT SELECT unnest(there)) i;
        PERFORM consent_refresh_reach(missing);
    END IF;
    RETURN NULL;
END;
$function$;
DROP TRIGGER reach_after_insert ON consent_suppression;
CREATE TRIGGER reach_after_insert AFTER INSERT ON consent_suppression
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION consent_reach_after_new_suppressions();
"""

TAKE_BACK = """
DROP TRIGGER reach_after_insert ON consent_suppression;
CREATE TRIGGER reach_after_insert AFTER INSERT ON consent_suppression
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION consent_reach_after_suppressions();
DROP FUNCTION consent_reach_after_new_suppressions();
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0021_leaner_indexes")]

    operations = [migrations.RunSQL(ON_NEW, TAKE_BACK)]
