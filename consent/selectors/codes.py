"""What provider codes mean: what ships, with what staff changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from consent.models.codes import ProviderCode
from consent.providers import twilio_status
from consent.providers.meta import status as meta_status
from consent.values import CodeEffect
from consent.vocabulary import EventKind
from contacts.values import staff_name

SHIPPED: Mapping[str, Mapping[str, CodeEffect]] = {
    "twilio": twilio_status.DEFAULT_EFFECTS,
    "meta": meta_status.DEFAULT_EFFECTS,
}
"""What each provider's codes mean unless staff say otherwise."""


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """One code as the screen shows it. `shipped` is None for a code that only staff know."""

    effect: CodeEffect
    shipped: CodeEffect | None
    is_changed: bool


def status_effects(provider: str) -> dict[str, CodeEffect]:
    """Return what each code of a provider means now, by code."""
    return {code: meaning.effect for code, meaning in code_meanings(provider).items()}


def code_meanings(provider: str) -> dict[str, CodeMeaning]:
    """Return every known code of a provider with its meaning and whether staff changed it, by code."""
    shipped = SHIPPED[provider]
    meanings = {code: CodeMeaning(effect, effect, is_changed=False) for code, effect in shipped.items()}
    for row in ProviderCode.objects.filter(provider=provider):
        ours = shipped.get(row.code)
        channels = ours.channels if ours else frozenset()
        changed = CodeEffect(row.code, EventKind(row.event_kind), channels, row.why)
        meanings[row.code] = CodeMeaning(changed, ours, is_changed=True)
    return dict(sorted(meanings.items()))


@dataclass(frozen=True, slots=True)
class CodeChange:
    """One change of a code's meaning, as the history tells it. `means` is None for a reset."""

    changed_at: datetime
    changed_by: str
    told: str
    means: EventKind | None


def code_history(provider: str, code: str) -> tuple[CodeChange, ...]:
    """Return what staff did to a code, newest first."""
    rows = ProviderCode.history.filter(provider=provider, code=code).order_by("-history_id")
    return tuple(
        CodeChange(
            changed_at=row.history_date,
            changed_by=staff_name(row.history_user),
            told=row.history_change_reason or "",
            means=None if row.history_type == "-" else EventKind(row.event_kind),
        )
        for row in rows.select_related("history_user")
    )
