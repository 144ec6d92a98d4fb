"""The reach of each contact, and the triggers by which the database keeps it.

The triggers stand on tables of contacts too, which know nothing of consent: so they are written here, in plain SQL.
"""

import django.db.models.deletion
from django.db import migrations, models

CHANNEL = """CASE s.channel WHEN 'sms' THEN 1 WHEN 'call' THEN 2 WHEN 'email' THEN 4 WHEN 'whatsapp' THEN 8
             WHEN 'facebook' THEN 16 WHEN 'gmb' THEN 32 ELSE 63 END"""

# The channels whose messages would go to an address of this kind.
USES = "CASE h.kind WHEN 'phone' THEN 11 WHEN 'email' THEN 4 WHEN 'messenger' THEN 16 ELSE 32 END"

REASON = """CASE s.reason WHEN 'opt_out' THEN 1 WHEN 'review_hold' THEN 2 WHEN 'provider_opt_out' THEN 4
            WHEN 'carrier_block' THEN 8 WHEN 'unreachable' THEN 16 WHEN 'unknown_number' THEN 32 WHEN 'landline' THEN 64
            WHEN 'bounce' THEN 128 WHEN 'unsubscribe' THEN 256 WHEN 'spam_complaint' THEN 512 WHEN 'manual' THEN 1024
            WHEN 'do_not_contact' THEN 2048 WHEN 'wrong_number' THEN 4096 WHEN 'deceased' THEN 8192
            WHEN 'hostile' THEN 16384 WHEN 'blocked' THEN 32768 WHEN 'objection' THEN 65536 WHEN 'imported' THEN 131072
            ELSE 1073741824 END"""

# `ids` are the contacts. What names the contact refuses everywhere it says; what names an address refuses there only.
ROWS = f"""
    WITH people AS (
        SELECT c.id, c.deleted_at IS NOT NULL OR c.erased_at IS NOT NULL AS gone
        FROM contacts_contact c WHERE c.id = ANY (ids)
    ),
    held AS (
        SELECT h.contact_id, h.address_id, h.kind, {USES} AS uses,
               row_number() OVER (PARTITION BY h.contact_id, h.kind ORDER BY h.is_primary DESC, h.id) = 1 AS in_use
        FROM contacts_contactaddress h WHERE h.contact_id = ANY (ids)
    ),
    used AS (
        SELECT h.contact_id,
               max(h.address_id) FILTER (WHERE h.kind = 'phone') AS phone_id,
               max(h.address_id) FILTER (WHERE h.kind = 'email') AS email_id,
               max(h.address_id) FILTER (WHERE h.kind = 'messenger') AS messenger_id,
               max(h.address_id) FILTER (WHERE h.kind = 'gmb') AS gmb_id
        FROM held h WHERE h.in_use GROUP BY h.contact_id
    ),
    standing AS (
        SELECT s.contact_id, {CHANNEL} AS channels, {CHANNEL} AS refused, s.direction, s.covers, s.kind,
               {REASON} AS reason
        FROM consent_suppression s WHERE s.contact_id = ANY (ids) AND s.lifted_at IS NULL
        UNION ALL
        SELECT h.contact_id, {CHANNEL}, CASE WHEN h.in_use THEN {CHANNEL} & h.uses ELSE 0 END, s.direction, s.covers,
               s.kind, {REASON}
        FROM held h JOIN consent_suppression s ON s.address_id = h.address_id AND s.lifted_at IS NULL
        WHERE s.contact_id IS DISTINCT FROM h.contact_id
    ),
    against AS (
        SELECT s.contact_id,
               bit_or(s.refused) FILTER (WHERE s.direction = 'outbound') AS refused,
               bit_or(s.refused) FILTER (WHERE s.direction = 'outbound' AND s.covers = 'everything') AS barred,
               bit_or(s.channels) FILTER (WHERE s.direction = 'outbound' AND s.kind = 'temporary') AS temporary,
               bit_or(s.channels) FILTER (WHERE s.direction = 'outbound' AND s.kind = 'permanent') AS permanent,
               bit_or(s.reason) FILTER (WHERE s.direction = 'outbound') AS reasons,
               bool_or(s.direction = 'inbound' AND s.reason = 32768) AS blocked
        FROM standing s GROUP BY s.contact_id
    )
    SELECT p.id, u.phone_id, u.email_id, u.messenger_id, u.gmb_id,
           coalesce(a.refused, 0)::smallint, coalesce(a.barred, 0)::smallint,
           coalesce(a.temporary, 0)::smallint, coalesce(a.permanent, 0)::smallint, coalesce(a.reasons, 0),
           coalesce(a.blocked, false), p.gone
    FROM people p
    LEFT JOIN used u ON u.contact_id = p.id AND NOT p.gone
    LEFT JOIN against a ON a.contact_id = p.id AND NOT p.gone
"""

COLUMNS = (
    "contact_id, phone_id, email_id, messenger_id, gmb_id, refused, barred, temporary, permanent, reasons, blocked,"
    " gone"
)

# Few ids: a plan that is kept. Many: one that is made for so many; a kept one would walk them one by one.
REACH_OF = f"""
CREATE FUNCTION consent_reach_of(ids bigint[]) RETURNS TABLE (
    contact_id bigint, phone_id bigint, email_id bigint, messenger_id bigint, gmb_id bigint, refused smallint,
    barred smallint, temporary smallint, permanent smallint, reasons integer, blocked boolean, gone boolean
) LANGUAGE plpgsql STABLE AS $function$
#variable_conflict use_column
BEGIN
    IF cardinality(ids) <= 50 THEN
        RETURN QUERY {ROWS};
    ELSE
        RETURN QUERY EXECUTE replace($rows${ROWS}$rows$, '(ids)', '($1)') USING ids;
    END IF;
END;
$function$;
"""

# Rows that are there are locked first and read by a later statement, so that whoever wrote about the same contact at the
# same time is seen. A row that somebody else is just making is waited for, and then is one that is there.
REFRESH = f"""
CREATE FUNCTION consent_refresh_reach(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $function$
DECLARE
    there bigint[];
    missing bigint[];
    made bigint[];
BEGIN
    IF ids IS NULL THEN
        RETURN;
    END IF;
    SELECT array_agg(l.contact_id) INTO there FROM (
        SELECT r.contact_id FROM consent_reach r WHERE r.contact_id = ANY (ids) ORDER BY r.contact_id FOR UPDATE
    ) l;
    SELECT array_agg(i.id) INTO missing FROM (SELECT unnest(ids) AS id EXCEPT SELECT unnest(there)) i;
    IF missing IS NOT NULL THEN
        WITH inserted AS (
            INSERT INTO consent_reach ({COLUMNS})
            SELECT {COLUMNS} FROM consent_reach_of(missing) ORDER BY contact_id
            ON CONFLICT DO NOTHING RETURNING contact_id
        )
        SELECT array_agg(contact_id) INTO made FROM inserted;
        SELECT there || array_agg(i.id) INTO there FROM (SELECT unnest(missing) AS id EXCEPT SELECT unnest(made)) i;
    END IF;
    IF there IS NULL THEN
        RETURN;
    END IF;
    IF missing IS NOT NULL THEN
        PERFORM FROM consent_reach r WHERE r.contact_id = ANY (there) ORDER BY r.contact_id FOR UPDATE;
    END IF;
    UPDATE consent_reach r SET ({COLUMNS}) = ROW(f.*)
    FROM consent_reach_of(there) f
    WHERE r.contact_id = f.contact_id AND (r.*) IS DISTINCT FROM (f.*);
END;
$function$;
"""

ON_SUPPRESSIONS = """
CREATE FUNCTION consent_reach_after_suppressions() RETURNS trigger LANGUAGE plpgsql AS $function$
DECLARE
    named bigint[];
    people bigint[];
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
    PERFORM consent_refresh_reach(people);
    RETURN NULL;
END;
$function$;
CREATE TRIGGER reach_after_insert AFTER INSERT ON consent_suppression
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION consent_reach_after_suppressions();
CREATE TRIGGER reach_after_update AFTER UPDATE ON consent_suppression
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION consent_reach_after_suppressions();
"""

# Whether an address is shared is kept by the address, whose lock is held, so that no other contact need be locked.
ON_HOLDINGS = """
CREATE FUNCTION consent_reach_after_holdings() RETURNS trigger LANGUAGE plpgsql AS $function$
DECLARE
    named bigint[];
    people bigint[];
BEGIN
    SELECT array_agg(DISTINCT w.address_id) INTO named FROM written w;
    IF named IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM FROM contacts_address a WHERE a.id = ANY (named) ORDER BY a.id FOR NO KEY UPDATE;
    DELETE FROM consent_sharedaddress s
    WHERE s.address_id = ANY (named)
      AND (SELECT count(*) FROM contacts_contactaddress h WHERE h.address_id = s.address_id) < 2;
    INSERT INTO consent_sharedaddress (address_id)
    SELECT h.address_id FROM contacts_contactaddress h WHERE h.address_id = ANY (named)
    GROUP BY h.address_id HAVING count(*) > 1
    ON CONFLICT DO NOTHING;
    SELECT array_agg(DISTINCT w.contact_id) INTO people FROM written w;
    PERFORM consent_refresh_reach(people);
    RETURN NULL;
END;
$function$;
CREATE TRIGGER reach_after_insert AFTER INSERT ON contacts_contactaddress
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION consent_reach_after_holdings();
CREATE TRIGGER reach_after_update AFTER UPDATE ON contacts_contactaddress
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION consent_reach_after_holdings();
CREATE TRIGGER reach_after_delete AFTER DELETE ON contacts_contactaddress
    REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION consent_reach_after_holdings();
"""

ON_CONTACTS = """
CREATE FUNCTION consent_reach_after_contacts() RETURNS trigger LANGUAGE plpgsql AS $function$
DECLARE
    people bigint[];
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM consent_reach r USING before b WHERE r.contact_id = b.id;
        RETURN NULL;
    END IF;
    SELECT array_agg(a.id) INTO people FROM after a JOIN before b USING (id)
    WHERE (a.deleted_at IS NULL AND a.erased_at IS NULL) <> (b.deleted_at IS NULL AND b.erased_at IS NULL);
    PERFORM consent_refresh_reach(people);
    RETURN NULL;
END;
$function$;
CREATE TRIGGER reach_after_update AFTER UPDATE ON contacts_contact
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION consent_reach_after_contacts();
CREATE TRIGGER reach_after_delete AFTER DELETE ON contacts_contact
    REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION consent_reach_after_contacts();
"""

# The key's own index carries what an audience reads, so that both sides of its join are index-only scans.
STORAGE = """
ALTER TABLE consent_reach
    DROP CONSTRAINT consent_reach_pkey,
    ADD CONSTRAINT consent_reach_pkey PRIMARY KEY (contact_id) INCLUDE (
        phone_id, email_id, refused, barred, gone, reasons
    );
ALTER TABLE consent_reach SET (
    fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02
);
"""

FIRST_FILL = """
INSERT INTO consent_sharedaddress SELECT address_id FROM contacts_contactaddress GROUP BY address_id HAVING count(*) > 1;
SELECT consent_refresh_reach((SELECT array_agg(id) FROM contacts_contact));
"""

TAKE_BACK = """
DROP TRIGGER reach_after_insert ON consent_suppression;
DROP TRIGGER reach_after_update ON consent_suppression;
DROP TRIGGER reach_after_insert ON contacts_contactaddress;
DROP TRIGGER reach_after_update ON contacts_contactaddress;
DROP TRIGGER reach_after_delete ON contacts_contactaddress;
DROP TRIGGER reach_after_update ON contacts_contact;
DROP TRIGGER reach_after_delete ON contacts_contact;
DROP FUNCTION consent_reach_after_suppressions(), consent_reach_after_holdings(), consent_reach_after_contacts();
DROP FUNCTION consent_refresh_reach(bigint[]);
DROP FUNCTION consent_reach_of(bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("consent", "0008_opt_out_requests"),
        ("contacts", "0003_alter_historicaladdress_history_change_reason_and_more"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reach",
            fields=[
                (
                    "contact",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="reach",
                        serialize=False,
                        to="contacts.contact",
                    ),
                ),
                ("phone_id", models.BigIntegerField(null=True)),
                ("email_id", models.BigIntegerField(null=True)),
                ("messenger_id", models.BigIntegerField(null=True)),
                ("gmb_id", models.BigIntegerField(null=True)),
                ("refused", models.SmallIntegerField(default=0)),
                ("barred", models.SmallIntegerField(default=0)),
                ("temporary", models.SmallIntegerField(default=0)),
                ("permanent", models.SmallIntegerField(default=0)),
                ("reasons", models.IntegerField(default=0)),
                ("blocked", models.BooleanField(default=False)),
                ("gone", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name_plural": "reach",
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("blocked", False), ("permanent", 0), ("temporary", 0), _negated=True
                        ),
                        fields=["contact"],
                        include=("temporary", "permanent", "reasons", "blocked"),
                        name="reach_standing",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SharedAddress",
            fields=[("address_id", models.BigIntegerField(primary_key=True, serialize=False))],
            options={"verbose_name_plural": "shared addresses", "default_permissions": ()},
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL([REACH_OF, REFRESH, ON_SUPPRESSIONS, ON_HOLDINGS, ON_CONTACTS], TAKE_BACK),
        migrations.RunSQL(FIRST_FILL, migrations.RunSQL.noop),
    ]
