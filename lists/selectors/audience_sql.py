"""The statements behind an audience: every rule about a list send, asked of a whole list at once.

They read the stored reach of contacts, and take `list`, its id, beside the parameters of `reach_terms`. A property test
holds them to the gate, answer by answer.
"""

from __future__ import annotations

from consent.selectors.reach import ReachTerms

_ON_LIST = "m.list_id = %(list)s AND m.added_at IS NOT NULL AND m.removed_at IS NULL"
_SUBSCRIBED = f"{_ON_LIST} AND m.opted_out_at IS NULL AND m.blocked_at IS NULL"


def standings(terms: ReachTerms) -> str:
    """Return the statement that tells how members stand: one row for each way, however many members there are.

    Shape of a row: mask of the reasons that may refuse, 0 where no suppression refuses; mask of the
    further refusals, by position; whether there is no address; opted out; blocked; how many stand so; the shared
    addresses of those whom nothing refuses; the contacts and the addresses of those who may be refused for more than
    one reason. Deleted and erased contacts are left out.
    """
    bits = (f"CASE WHEN {each.condition} THEN {1 << place} ELSE 0 END" for place, each in enumerate(terms.further))
    several = f"{terms.refused} AND NOT (r.reasons & (r.reasons - 1) = 0 AND r.reasons < 1 << 30)"
    return f"""
        SELECT CASE WHEN {terms.refused} THEN r.reasons ELSE 0 END, {" + ".join(bits) or "0"},
               {terms.address_id} IS NULL, m.opted_out_at IS NOT NULL OR o.address_id IS NOT NULL,
               m.blocked_at IS NOT NULL, count(*),
               array_agg({terms.address_id}) FILTER (
                   WHERE shared.address_id IS NOT NULL AND {terms.may_go}
                     AND m.opted_out_at IS NULL AND m.blocked_at IS NULL AND o.address_id IS NULL
               ),
               array_agg(m.contact_id) FILTER (WHERE {several}),
               array_agg({terms.address_id}) FILTER (WHERE {several})
        FROM lists_listmembership m
        LEFT JOIN {terms.table} ON r.contact_id = m.contact_id
        LEFT JOIN {terms.shared} ON shared.address_id = {terms.address_id}
        LEFT JOIN lists_listaddressoptout o
               ON o.list_id = %(list)s AND o.address_id = {terms.address_id} AND o.opted_out_at IS NOT NULL
        WHERE {_ON_LIST} AND r.gone IS NOT TRUE
        GROUP BY 1, 2, 3, 4, 5
    """  # noqa: S608


def page(terms: ReachTerms, *, public_ids: bool) -> str:
    """Return the statement for one page of an audience, in ascending contact id.

    Further parameters: `after`, `limit`. Both sides of the join are bounded: the planner does not carry the bound over.
    Names and addresses are looked up one by one; joined, they would be read whole for every page.
    Shape of its one row: last contact id; names of contacts; addresses; the shared address of each, or None.
    """
    name = "(SELECT c.public_id FROM contacts_contact c WHERE c.id = go.contact_id)" if public_ids else "go.contact_id"
    return f"""
        SELECT max(go.contact_id), array_agg({name}),
               array_agg((SELECT a.value FROM contacts_address a WHERE a.id = go.address_id)),
               array_agg((SELECT shared.address_id FROM {terms.shared} WHERE shared.address_id = go.address_id))
        FROM (
            SELECT m.contact_id, {terms.address_id} AS address_id
            {_reached(terms)} AND m.contact_id > %(after)s AND r.contact_id > %(after)s
            ORDER BY m.contact_id
            LIMIT %(limit)s
        ) go
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
