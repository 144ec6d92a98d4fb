"""The register as lines of a file: what silences which address, in a form that another register can take over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import connection, transaction

from consent.vocabulary import ADDRESS_KIND_OF

COLUMNS = (
    "address",
    "address_kind",
    "channel",
    "direction",
    "reason",
    "kind",
    "covers",
    "since",
    "reaffirmed_at",
    "expires_at",
    "contact",
    "lifted_at",
)
_KINDS = ", ".join(f"('{channel}', '{kind}')" for channel, kind in ADDRESS_KIND_OF.items())
_LINES = f"""
    SELECT address.value, address.kind, row.channel, row.direction, row.reason, row.kind, row.covers,
           row.since, row.reaffirmed_at, row.expires_at, contact.public_id::text, row.lifted_at
    FROM consent_suppression row
    LEFT JOIN contacts_contact contact ON contact.id = row.contact_id
    LEFT JOIN (VALUES {_KINDS}) usual(channel, kind) ON usual.channel = row.channel
    LEFT JOIN contacts_contactaddress held
         ON row.address_id IS NULL AND held.contact_id = row.contact_id
            AND (usual.kind IS NULL OR held.kind = usual.kind)
    LEFT JOIN contacts_address address ON address.id = coalesce(row.address_id, held.address_id)
    WHERE %s OR row.lifted_at IS NULL
    ORDER BY row.id, held.id
"""  # noqa: S608  words of our own
_AT_ONCE = 2000


def register_lines(*, with_lifted: bool = False) -> Iterator[tuple[str, ...]]:
    """Yield a line of COLUMNS for each suppression that stands, in the order recorded, from one view of the database.

    A suppression of a contact as a whole becomes a line for each address that it holds on that channel, or one line
    without an address. What is not there is empty text. Memory doesn't grow with the register.
    """
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_LINES, [with_lifted])
        while found := cursor.fetchmany(_AT_ONCE):
            for line in found:
                yield tuple(map(_text, line))


def _text(value: str | datetime | None) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else value
