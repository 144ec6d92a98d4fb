"""The texts that people agree to. Every save is a version of its own, so that no record ever changes its words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from consent.models import ConsentText
from contacts.values import Actor


class UnableToSaveText(ValueError):
    """A text can't be saved. `field` and `code` are stable, the message tells the way out."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field, self.code = field, code


def save_text(*, name: str, wordings: Mapping[str, str], note: str, by: Actor, at: datetime) -> ConsentText:
    """Save a consent text as its next version, the first where the name is new.

    Shape: `wordings` maps a language code to the words shown in it; empty ones are left out.
    Raises: UnableToSaveText, also where nothing differs from the newest version.
    """
    name, note = name.strip(), note.strip()
    words = {language: text.strip() for language, text in wordings.items() if text.strip()}
    if not name or len(name) > 120:
        raise UnableToSaveText("name", "required", "Give the text a name of at most 120 characters.")
    if not words:
        raise UnableToSaveText("wordings", "required", "Give the wording in one language at least.")
    if not note:
        raise UnableToSaveText("note", "required", "Say in a few words what changed, and why.")
    try:
        with transaction.atomic():
            return _next_version(name, words, note, by=by, at=at)
    except IntegrityError as error:
        raise UnableToSaveText("name", "stale", "Somebody saved this text just now. Look at it again.") from error


def _next_version(name: str, words: dict[str, str], note: str, *, by: Actor, at: datetime) -> ConsentText:
    newest = ConsentText.objects.filter(name=name).order_by("-version").first()
    if newest is not None and newest.wordings == words:
        raise UnableToSaveText("wordings", "unchanged", "These are the words of the newest version already.")
    return ConsentText.objects.create(
        name=name,
        version=newest.version + 1 if newest else 1,
        wordings=words,
        note=note[:300],
        saved_by_id=by.staff_id,
        saved_at=at,
    )
