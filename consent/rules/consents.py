"""Which acts give consent, which take it back, and when it runs out. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime

from consent.values import ConsentEvent, Outcome
from consent.vocabulary import Effect, EventKind, Kind

WITHDRAWS = frozenset(
    {
        EventKind.TEXT_OPT_OUT,
        EventKind.TEXT_WRONG_NUMBER,
        EventKind.PROVIDER_OPT_OUT,
        EventKind.APP_OPT_OUT,
        EventKind.MARKETING_STOP,
        EventKind.EMAIL_UNSUBSCRIBE,
        EventKind.EMAIL_COMPLAINT,
        EventKind.PREFERENCE_NEVER,
        EventKind.OBJECTION,
        EventKind.STAFF_OPT_OUT,
        EventKind.HOLD_CONFIRMED,
        EventKind.IMPORT_SUPPRESSION,
    }
)
"""The person's own "no", however it reached us. Consent given to somebody else who had the number ends too."""

GIVES = frozenset(
    {
        EventKind.TEXT_OPT_IN,
        EventKind.TEXT_OPT_IN_WORD,
        EventKind.MARKETING_RESUME,
        EventKind.PREFERENCE_RETURN,
    }
)
"""The person's own "yes". Writing just anything (`text_any`) is none, whatever a policy makes of it."""

_STANDS = frozenset({Effect.SET, Effect.STRENGTHENED, Effect.UNCHANGED})
_DOES_NOT_COUNT = frozenset({Effect.REFUSED, Effect.SUPERSEDED})


def withdrawn_by(event: ConsentEvent, outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """Return the outcomes by whose people, addresses and channels consent ends.

    A temporary suppression from a file is nobody's withdrawal.
    """
    if event.kind not in WITHDRAWS:
        return ()
    return tuple(
        each
        for each in outcomes
        if each.effect in _STANDS and (event.kind is not EventKind.IMPORT_SUPPRESSION or each.kind is Kind.PERMANENT)
    )


def gives(event: ConsentEvent, outcomes: tuple[Outcome, ...]) -> bool:
    """Return whether an event is an opt-in that counts: neither refused nor older than a newer opt-out."""
    return event.kind in GIVES and not any(each.effect in _DOES_NOT_COUNT for each in outcomes)


def runs_out_at(given_at: datetime, months: int) -> datetime:
    """Return the moment so many months later; the last day of a month that has no such day."""
    years, month = divmod(given_at.month - 1 + months, 12)
    year, month = given_at.year + years, month + 1
    return given_at.replace(year=year, month=month, day=min(given_at.day, monthrange(year, month)[1]))
