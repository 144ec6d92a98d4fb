"""The one narrow way past tables that never change: an erasure that is under way may blank personal columns.

The condition stands inside the tables' own triggers, so that it holds for everybody, superusers too: a row may only
be blanked in the transaction that recorded the erasure, only where it is about the person erased, and only in the
columns named here. Facts of consent are never among them.
"""

from __future__ import annotations

from collections.abc import Sequence

import pgtrigger

BLANK = "[erased]"
"""What stands where a text was that may not be empty."""

ABOUT_CONTACT = "OLD.contact_id = ANY (erasure.contact_ids)"
ABOUT_ADDRESS = "OLD.address_id = ANY (erasure.address_ids)"
OF_CONSENT = ("consent_how", "consent_text")


def is_blanking(
    *columns: str, about: str, hashed: Sequence[str] = (), json: Sequence[str] = (), keys: Sequence[str] = OF_CONSENT
) -> str:
    """Return the SQL condition under which an UPDATE does nothing but blank these columns for an erasure.

    Shape: `about` says which rows belong to `erasure`; `hashed` columns may become a keyed hash; of `json` columns only
    these `keys` may become blank.
    """
    fixed = ", ".join(f"'{name}'" for name in (*columns, *hashed, *json))
    told = ", ".join(f"'{key}'" for key in keys)
    each = [f"coalesce(NEW.{name}::text, '') IN ('', '{BLANK}', OLD.{name}::text)" for name in columns]
    each += [f"(NEW.{name} = OLD.{name} OR starts_with(NEW.{name}, 'erased:'))" for name in hashed]
    for name in json:
        each.append(f"NEW.{name} - ARRAY[{told}] IS NOT DISTINCT FROM OLD.{name} - ARRAY[{told}]")
        each += [
            f"coalesce(NEW.{name} ->> '{key}', '') IN ('', '{BLANK}', coalesce(OLD.{name} ->> '{key}', ''))"
            for key in keys
        ]
    return f"""
        to_jsonb(OLD) - ARRAY[{fixed}] = to_jsonb(NEW) - ARRAY[{fixed}]
        AND {" AND ".join(each)}
        AND EXISTS (
            SELECT 1 FROM contacts_erasure erasure
            WHERE erasure.transaction_id = pg_current_xact_id()::text::bigint
              AND erasure.erased_at = transaction_timestamp()
              AND ({about})
        )
    """  # noqa: S608  names of our own tables and columns


def is_being_erased(address_id: str) -> str:
    """Return the SQL condition that this transaction has recorded the erasure of an address."""
    return f"""EXISTS (
        SELECT 1 FROM contacts_erasure erasure
        WHERE erasure.transaction_id = pg_current_xact_id()::text::bigint
          AND erasure.erased_at = transaction_timestamp()
          AND {address_id} = ANY (erasure.address_ids)
    )"""  # noqa: S608  names of our own tables


def unless_blanking(condition: str) -> str:
    """Return the beginning of an UPDATE trigger's body that lets a blanking pass before anything else is asked."""
    return f"""
        IF {condition} THEN
            RETURN NEW;
        END IF;
    """


def append_only_but(condition: str) -> pgtrigger.Trigger:
    """Return the trigger that refuses every change and deletion but such a blanking."""
    return pgtrigger.Trigger(
        name="append_only",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP = 'UPDATE' THEN
                {unless_blanking(condition)}
            END IF;
            RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        """,
    )
