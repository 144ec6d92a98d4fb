"""What tests of e-mail ask again and again: say something in Mailgun's name, and see who may be mailed now."""

from __future__ import annotations

from typing import Any

from consent.models import LedgerEntry
from consent.selectors import decide
from consent.selectors.decisions import Subject
from consent.values import GateRequest
from consent.vocabulary import Channel, Purpose
from contacts.models import Contact
from tests.consent.email_knocks import knock, sample

IRIS = "iris.moreau@example.com"


def mailgun(name: str, **changes: Any) -> None:
    """Send one of Mailgun's samples, with changes, through the door."""
    assert knock("mailgun", sample("mailgun", name) | changes).send().status_code == 200


def refusals(contact: Contact, purpose: Purpose = Purpose.MARKETING, list_slug: str | None = None) -> set[str]:
    """Return why a contact may not be mailed."""
    request = GateRequest(Channel.EMAIL, purpose, list_slug)
    return {reason.code for reason in decide(request, Subject(contact_id=contact.pk)).decision.reasons}


def ledger() -> list[tuple[str, ...]]:
    """Return (kind, effect, rule) of every entry, the oldest first."""
    return list(LedgerEntry.objects.order_by("id").values_list("kind", "effect", "rule"))
