"""What provider codes mean: what ships, with what staff changed."""

from __future__ import annotations

from dataclasses import dataclass

from consent.models.codes import ProviderCode
from consent.providers.twilio_status import DEFAULT_EFFECTS, CodeEffect
from consent.vocabulary import EventKind


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """One code as the screen shows it."""

    effect: CodeEffect
    is_changed: bool


def status_effects() -> dict[str, CodeEffect]:
    """Return what each Twilio code means now, by code."""
    return {code: meaning.effect for code, meaning in code_meanings().items()}


def code_meanings() -> dict[str, CodeMeaning]:
    """Return every known code with its meaning and whether staff changed it, by code."""
    meanings = {code: CodeMeaning(effect, is_changed=False) for code, effect in DEFAULT_EFFECTS.items()}
    for row in ProviderCode.objects.filter(provider="twilio"):
        shipped = DEFAULT_EFFECTS.get(row.code)
        channels = shipped.channels if shipped else frozenset()
        meanings[row.code] = CodeMeaning(
            CodeEffect(row.code, EventKind(row.event_kind), channels, row.why), is_changed=True
        )
    return dict(sorted(meanings.items()))
