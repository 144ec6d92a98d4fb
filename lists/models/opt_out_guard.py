"""The database's guard over list opt-outs, in its own language. It holds for superusers too.

Memberships and address records share it: an opt-out ends only with a consent that is newer, and leaves its proof.
"""

from __future__ import annotations

from collections.abc import Sequence

import pgtrigger
from django.db import models
from django.db.models import Q

from consent.models.append_only import refuse_truncate
from contacts.blanking import append_only_but, is_blanking, unless_blanking


def _refuse(why: str) -> str:
    return f"RAISE EXCEPTION '% %: {why}', TG_TABLE_NAME, OLD.id USING ERRCODE = 'restrict_violation';"


CONSENT_WHOLE = Q(consent_given_at__isnull=True, consent_how="", consent_text="") | (
    Q(consent_given_at__isnull=False) & ~Q(consent_how="") & ~Q(consent_text="")
)
"""A consent is told with its time, its way and its words, or not at all."""

STARTS_WITHOUT_CONSENT = """
    IF NEW.consent_given_at IS NOT NULL THEN
        RAISE EXCEPTION '%: a consent is recorded when it ends an opt-out, not before', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
"""

_CONSENT = ("consent_given_at", "consent_how", "consent_text")


def _differ(columns: Sequence[str]) -> str:
    old = ", ".join(f"OLD.{column}" for column in columns)
    new = ", ".join(f"NEW.{column}" for column in columns)
    return f"({old}) IS DISTINCT FROM ({new})"


def guard(*, identity: Sequence[str], about: str, while_blocked: str = "") -> str:
    """Return the body of the trigger that guards every update.

    Shape: `identity` are the columns that never change; `about` says whose erasure may blank the words; `while_blocked`
    is a condition under which an opt-out stays.
    """
    personal = is_blanking("consent_how", "consent_text", "note", about=about)
    blocked = f"IF {while_blocked} THEN {_refuse('it is blocked, so unblock first')} END IF;" if while_blocked else ""
    return f"""
        -- Every verb says when it changed a row; a blanking never does, and is dear to ask about.
        IF NEW.updated_at = OLD.updated_at THEN
            {unless_blanking(personal)}
        END IF;
        IF {_differ(identity)} THEN
            {_refuse("who and which list never change")}
        END IF;
        IF OLD.opted_out_at IS NOT NULL AND NEW.opted_out_at IS NULL THEN
            {blocked}
            IF NEW.consent_given_at IS NULL OR NEW.consent_given_at <= OLD.opted_out_at THEN
                {_refuse("an opt-out ends only with a later consent")}
            END IF;
            IF NEW.consent_given_at > NEW.updated_at THEN
                {_refuse("the consent lies in the future")}
            END IF;
            RETURN NEW;
        END IF;
        IF NEW.opted_out_at < OLD.opted_out_at THEN
            {_refuse("an opt-out is never dated back")}
        END IF;
        IF {_differ(_CONSENT)} THEN
            {_refuse("a consent is recorded when it ends an opt-out, and is fixed from then on")}
        END IF;
        RETURN NEW;
    """


def history_triggers(*, about: str) -> list[pgtrigger.Trigger]:
    """Return the triggers that keep a history as it is, but for the words that an erasure blanks."""
    words = ("consent_how", "consent_text", "note", "history_change_reason")
    return [append_only_but(is_blanking(*words, about=about)), refuse_truncate()]


def keep_history(model_name: str, columns: Sequence[str]) -> list[pgtrigger.Trigger]:
    """Return the triggers that keep the history of rows written in bulk, which send no signals.

    One statement for all rows that a verb wrote: row by row it costs several times as much.
    Shape: `model_name` in lower case; the row's own `changed_by` and `note` tell who and why.
    """
    return [
        pgtrigger.Trigger(
            name=f"keep_history_of_{operation.name.lower()}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=pgtrigger.Referencing(new="written"),
            func=f"""
                INSERT INTO lists_historical{model_name}
                    ({", ".join(columns)}, history_date, history_type, history_change_reason, history_user_id)
                SELECT {", ".join(f"row.{column}" for column in columns)}, clock_timestamp(), '{mark}', row.note, u.id
                FROM written row
                LEFT JOIN auth_user u ON u.id = substring(row.changed_by FROM '^user:([0-9]{{1,18}})$')::bigint
                ORDER BY row.id;
                RETURN NULL;
            """,  # noqa: S608  names of our own tables and columns
        )
        for operation, mark in ((pgtrigger.Insert, "+"), (pgtrigger.Update, "~"))
    ]


class KeptByTrigger(models.Model):
    """A row whose history the database keeps; simple-history's own signal would write it a second time."""

    skip_history_when_saving = True

    class Meta:
        abstract = True
