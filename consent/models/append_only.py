"""Triggers that several tables share: rows of fact are neither changed, deleted nor truncated."""

from __future__ import annotations

import pgtrigger

ALLOW_TRUNCATE = "consent_desk.allow_truncate"
"""A session setting with which a test suite may empty tables; nothing in the product sets it."""


def refuse_truncate() -> pgtrigger.Trigger:
    """Return the trigger that refuses TRUNCATE, whoever asks."""
    return pgtrigger.Trigger(
        name="refuse_truncate",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func=f"""
            IF coalesce(current_setting('{ALLOW_TRUNCATE}', true), '') = 'on' THEN
                RETURN NULL;
            END IF;
            RAISE EXCEPTION '% holds records of consent and is never truncated', TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        """,
    )


def refuse_delete() -> pgtrigger.Trigger:
    """Return the trigger that refuses DELETE."""
    return pgtrigger.Trigger(
        name="refuse_delete",
        when=pgtrigger.Before,
        operation=pgtrigger.Delete,
        func="""
            RAISE EXCEPTION 'rows of % are never deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        """,
    )


def append_only() -> list[pgtrigger.Trigger]:
    """Return the triggers that make a table append-only."""
    return [
        pgtrigger.Trigger(
            name="append_only",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func="""
                RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME
                    USING ERRCODE = 'restrict_violation';
            """,
        ),
        refuse_truncate(),
    ]
