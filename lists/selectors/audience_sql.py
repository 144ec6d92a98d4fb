"""The statements behind an audience: every rule about a list send, asked of a whole list at once.

They read the stored reach of contacts, and take `list`, its id, beside the parameters of `reach_terms`. A property test
holds them to the gate, answer by answer.
"""

from __future__ import annotations

from consent.selectors.reach import ReachTerms

_ON_LIST = "m.list_id = %(list)s AND m.added_at IS NOT NULL AND m.removed_at IS NULL"
_SUBSCRIBED = f"{_ON_LIST} AND m.opted_out_at IS NULL AND m.blocked_at IS NULL"


NO_ADDRESS, OPTED_OUT, BLOCKED = 1 << 31, 1 << 32, 1 << 33
"""How a member stands beside the reasons, in one number: that groups a million in half the time of five columns."""
REASONS = NO_ADDRESS - 1
_FURTHER = 34


def further_bit(place: int) -> int:
    """Return the bit of a further refusal, by its position in the terms."""
    return 1 << _FURTHER + place


def standings(terms: ReachTerms) -> str:
    """Return the statement that tells how members stand: one row for each way, however many members there are.

    Shape of a row: how they stand, as the bits above and in `REASONS` the mask of those that may refuse, 0 where no
    suppression does; how many stand so; the shared addresses of those whom nothing refuses; the contacts and the
    addresses of those who may be refused for more than one reason. Deleted and erased contacts are left out.
    """
    opted_out = f"""EXISTS (
        SELECT FROM lists_listaddressoptout o
        WHERE o.list_id = %(list)s AND o.address_id = {terms.address_id} AND o.opted_out_at IS NOT NULL
    )"""
    flags = [
        (f"{terms.address_id} IS NULL", NO_ADDRESS),
        (f"m.opted_out_at IS NOT NULL OR {opted_out}", OPTED_OUT),
        ("m.blocked_at IS NOT NULL", BLOCKED),
        *((each.condition, further_bit(place)) for place, each in enumerate(terms.further)),
    ]
    bits = " + ".join(f"CASE WHEN {condition} THEN {bit}::bigint ELSE 0 END" for condition, bit in flags)
    several = f"way <> 0 AND (way & {REASONS} & ((way & {REASONS}) - 1) <> 0 OR way & {1 << 30} <> 0)"
    is_shared = f"EXISTS (SELECT FROM {terms.shared} WHERE shared.address_id = member.address_id)"
    # OFFSET 0 keeps the planner from looking into the sum: it would expect a way for each address, and sort them all.
    return f"""
        SELECT way, count(*), array_agg(address_id) FILTER (WHERE way = 0 AND {is_shared}),
               array_agg(contact_id) FILTER (WHERE {several}), array_agg(address_id) FILTER (WHERE {several})
        FROM (
            SELECT CASE WHEN {terms.refused} THEN r.reasons::bigint ELSE 0 END + {bits} AS way,
                   m.contact_id, {terms.address_id} AS address_id
            FROM lists_listmembership m
            LEFT JOIN {terms.table} ON r.contact_id = m.contact_id
            WHERE {_ON_LIST} AND r.gone IS NOT TRUE
            OFFSET 0
        ) member
        GROUP BY way
    """  # noqa: S608


def page(terms: ReachTerms, *, public_ids: bool) -> str:
    """Return the statement for one page of an audience, in ascending contact id, before its opted-out addresses.

    Further parameters: `after`, `limit`. Both sides of the join are bounded: the planner does not carry the bound over.
    What hangs on addresses is asked for all of a page at once: an index is walked once for 10,000 ids, not for each.
    Shape of its one row: contacts; their addresses by id; the ids and the values of these; those opted out of the
    list; those that are shared; the ids and the public ids of the contacts, if asked for.
    """
    named = "SELECT NULL::bigint[] AS ids, NULL::uuid[] AS names"
    if public_ids:
        named = """
            SELECT array_agg(c.id) AS ids, array_agg(c.public_id) AS names FROM contacts_contact c
            WHERE c.id = ANY (ARRAY(SELECT go.contact_id FROM go))"""
    return f"""
        WITH go AS MATERIALIZED (
            SELECT m.contact_id, {terms.address_id} AS address_id
            FROM lists_listmembership m
            JOIN {terms.table} ON r.contact_id = m.contact_id
            WHERE {_SUBSCRIBED} AND {terms.may_go} AND m.contact_id > %(after)s AND r.contact_id > %(after)s
            ORDER BY m.contact_id
            LIMIT %(limit)s
        )
        SELECT page.contacts, page.addresses, told.ids, told.values, ARRAY(
            SELECT o.address_id FROM lists_listaddressoptout o
            WHERE o.list_id = %(list)s AND o.address_id = ANY (ARRAY(SELECT go.address_id FROM go))
              AND o.opted_out_at IS NOT NULL
        ), ARRAY(
            SELECT shared.address_id FROM {terms.shared}
            WHERE shared.address_id = ANY (ARRAY(SELECT go.address_id FROM go))
        ), named.ids, named.names
        FROM (SELECT array_agg(go.contact_id) AS contacts, array_agg(go.address_id) AS addresses FROM go) page,
             (SELECT array_agg(a.id) AS ids, array_agg(a.value) AS values FROM contacts_address a
              WHERE a.id = ANY (ARRAY(SELECT go.address_id FROM go))) told,
             ({named}) named
    """  # noqa: S608


def everyone(terms: ReachTerms, *, public_ids: bool) -> str:
    """Return the statement for a whole audience, in no order: (name of the contact, address), one for each address."""
    name, person = "go.contact_id", ""
    if public_ids:
        name, person = "c.public_id", "JOIN contacts_contact c ON c.id = go.contact_id"
    return f"""
        SELECT {name}, a.value
        FROM (
            SELECT m.contact_id, {terms.address_id} AS address_id {_reached(terms)} AND NOT EXISTS (
                SELECT FROM {terms.shared} WHERE shared.address_id = {terms.address_id}
            )
            UNION ALL
            SELECT min(m.contact_id), {terms.address_id} {_reached(terms)} AND EXISTS (
                SELECT FROM {terms.shared} WHERE shared.address_id = {terms.address_id}
            )
            GROUP BY {terms.address_id}
        ) go
        JOIN contacts_address a ON a.id = go.address_id {person}
    """  # noqa: S608


def _reached(terms: ReachTerms) -> str:
    return f"""
        FROM lists_listmembership m
        JOIN {terms.table} ON r.contact_id = m.contact_id
        WHERE {_SUBSCRIBED} AND {terms.may_go} AND NOT EXISTS (
            SELECT FROM lists_listaddressoptout o
            WHERE o.list_id = %(list)s AND o.address_id = {terms.address_id} AND o.opted_out_at IS NOT NULL
        )
    """
