"""What an e-mail provider's event says, in our words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from consent.vocabulary import EventKind


class Unreadable(ValueError):
    """The body is not what the provider sends; the sentence says what is wrong."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a provider's word means for consent: one row of a provider's table.

    `kind` None: it says nothing about anybody's wish or mailbox, so there is nothing to record.
    `alert`: staff should look, because it is about us as the sender, or a word that we do not know.
    """

    kind: EventKind | None
    why: str
    alert: bool = False


@dataclass(frozen=True, slots=True)
class EmailFact:
    """One event about one address.

    `identity` is the same whenever the provider tells this event again, in whatever batch. `occurred_at` is None
    where it tells no time that can be true. `detail` holds codes, never free text. `list_names` are the names by
    which the provider may mean one of our lists, the surest first.
    """

    meaning: Meaning
    recipient: str
    occurred_at: datetime | None
    detail: str
    identity: str
    list_names: tuple[str, ...] = ()


def hard(why: str) -> Meaning:
    """Return the meaning of a failure that no later try would mend (R07)."""
    return Meaning(EventKind.EMAIL_BOUNCE, why)


def soft(why: str) -> Meaning:
    """Return the meaning of a failure that counts only when it persists (R10, R11)."""
    return Meaning(EventKind.EMAIL_SOFT_BOUNCE, why)


def passing(why: str) -> Meaning:
    """Return the meaning of a failure that says nothing about the mailbox (R11)."""
    return Meaning(EventKind.EMAIL_FAILURE_OTHER, why)


def ours(why: str) -> Meaning:
    """Return the meaning of a failure whose cause is the sender: staff are told (R11)."""
    return Meaning(EventKind.EMAIL_FAILURE_OTHER, why, alert=True)


def unsubscribe(why: str) -> Meaning:
    return Meaning(EventKind.EMAIL_UNSUBSCRIBE, why)


def complaint(why: str) -> Meaning:
    return Meaning(EventKind.EMAIL_COMPLAINT, why)


def nothing(why: str) -> Meaning:
    return Meaning(None, why)


DELIVERED = Meaning(EventKind.EMAIL_DELIVERED, "Accepted by the receiving server")
UNKNOWN_FAILURE = ours("A failure for a cause that we do not know")


def unknown_event(word: str) -> Meaning:
    """Return the meaning of an event that no table names: kept raw, and shown to staff."""
    return Meaning(None, f"Event “{word[:60]}” is unknown here", alert=True)
