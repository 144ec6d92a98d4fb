"""Words of the contacts app, and the base for every other app's words.

Values are stored: changing one needs a migration. A label is what staff read.
"""

from __future__ import annotations

from enum import StrEnum


class Word(StrEnum):
    """An enum whose members carry the label that staff read."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Word:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Return (value, label) pairs in the order they are written."""
        return [(member.value, member.label) for member in cls]


class AddressKind(Word):
    """What an address is. SMS, calls and WhatsApp all use a phone."""

    PHONE = "phone", "Phone"
    EMAIL = "email", "E-mail"
    MESSENGER = "messenger", "Messenger id"
    GMB = "gmb", "Business Messages id"


class ActorKind(Word):
    """Who can do something."""

    USER = "user", "Staff"
    INTEGRATION = "integration", "Integration"
    CONTACT = "contact", "Contact"
    PROVIDER = "provider", "Provider"
    SYSTEM = "system", "Consent Desk"


class Fate(Word):
    """What a merge or an erasure does with something."""

    REMOVED = "removed", "Removed"
    REPLACED = "replaced", "Replaced"
    MOVED = "moved", "Moves"
    FILLED = "filled", "Filled in"
    CONFLICT = "conflict", "Differs"
    KEPT = "kept", "Stays"
    SET = "set", "Set"
