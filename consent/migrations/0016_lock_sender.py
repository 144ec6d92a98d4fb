"""Lock who sent something and tell what is on file about them, in one call of a function whose plans are kept."""

from django.db import migrations

LOCK_SENDER = """
CREATE FUNCTION consent_lock_sender(wanted_id bigint, wanted_kind text, wanted_value text) RETURNS TABLE (
    address_id bigint, holders bigint[], is_something_standing boolean, has_opted_in boolean, has_agreed boolean,
    words_number integer, words_saved_at timestamptz
) LANGUAGE plpgsql VOLATILE SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
DECLARE
    sender bigint;
    people bigint[];
BEGIN
    IF wanted_id IS NULL THEN
        SELECT a.id INTO sender FROM contacts_address a
        WHERE a.kind = wanted_kind AND a.value = wanted_value FOR NO KEY UPDATE;
    ELSE
        SELECT a.id INTO sender FROM contacts_address a WHERE a.id = wanted_id FOR NO KEY UPDATE;
    END IF;
    IF sender IS NULL THEN
        RETURN;
    END IF;
    -- Each statement of the function sees what was committed before it began: who holds the address now that nobody
    -- else can change it, and what stands now that everybody is locked.
    SELECT coalesce(array_agg(l.id), '{}') INTO people FROM (
        SELECT c.id FROM contacts_contact c
        WHERE c.id IN (SELECT h.contact_id FROM contacts_contactaddress h WHERE h.address_id = sender)
        ORDER BY c.id FOR NO KEY UPDATE
    ) l;
    RETURN QUERY SELECT
        sender, people,
        EXISTS (SELECT FROM consent_suppression s WHERE s.lifted_at IS NULL AND s.address_id = sender)
        OR EXISTS (SELECT FROM consent_suppression s WHERE s.lifted_at IS NULL AND s.contact_id = ANY (people)),
        EXISTS (SELECT FROM consent_ledgerentry e WHERE e.address_id = sender AND e.kind IN (
            'marketing_resume', 'preference_return', 'text_any', 'text_opt_in', 'text_opt_in_word'
        )),
        EXISTS (SELECT FROM consent_consentrecord r WHERE r.ended_at IS NULL AND r.address_id = sender)
        OR EXISTS (SELECT FROM consent_consentrecord r WHERE r.ended_at IS NULL AND r.contact_id = ANY (people)),
        w.number, w.saved_at
    FROM (SELECT 1) always
    LEFT JOIN (SELECT v.number, v.saved_at FROM consent_wordlistversion v ORDER BY v.number DESC LIMIT 1) w ON true;
END;
$function$
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0015_reach_by_key")]

    operations = [
        migrations.RunSQL(LOCK_SENDER, "DROP FUNCTION consent_lock_sender(bigint, text, text)"),
    ]
