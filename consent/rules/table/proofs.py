"""Rows about what people agreed to and asked for: the rest of E. They record; none of them silences or frees."""

from __future__ import annotations

from consent.rules.rows import Rule
from consent.rules.table.shared import FCC, on
from consent.vocabulary import EventKind

PROOFS: tuple[Rule, ...] = (
    Rule(
        "E02",
        "A person's consent is recorded",
        on(EventKind.CONSENT_RECORDED),
        source="GDPR Art. 7(1); 47 CFR 64.1200(f)(9)",
        why="Who contacts people must be able to show what they agreed to. A record on file lifts nothing by itself.",
    ),
    Rule(
        "E03",
        "An opt-out request arrives by letter, voicemail, e-mail to a person, or in person",
        on(EventKind.OPT_OUT_REQUESTED, EventKind.OPT_OUT_REQUEST_CLOSED),
        source=f"{FCC}, (a)(11)",
        why="Any reasonable way counts. From here the clock of 10 business days runs until the opt-out is recorded.",
    ),
    Rule(
        "E04",
        "The provider is told that a contact consented again",
        on(EventKind.PROVIDER_RECONSENT),
        source="Twilio Consent Management, Consents/Bulk",
        why="Evidence may end a block at the provider (R03) only once the provider has accepted the new consent.",
    ),
    Rule(
        "E05",
        "A contact's complaint pack is made",
        on(EventKind.COMPLAINT_PACK),
        source="Our decision",
        why="Who was handed a person's whole story, and when, belongs to that story.",
    ),
)
