"""Rows that record and silence nobody: R30 to R36."""

from __future__ import annotations

from consent.rules.rows import Rule
from consent.rules.table.shared import on
from consent.vocabulary import Channel, EventKind

RECORDED: tuple[Rule, ...] = (
    Rule(
        "R30",
        "Soft disinterest",
        on(EventKind.TEXT_SOFT),
        source="Our decision",
        why="Not interested in this is no opt-out: the lead is closed, other campaigns may go on.",
    ),
    Rule(
        "R31",
        "HELP or INFO",
        on(EventKind.TEXT_HELP),
        source="CTIA Messaging Principles; CWTA",
        why="A question changes nothing and gets its answer.",
    ),
    Rule(
        "R32",
        "A list's own keyword",
        on(EventKind.TEXT_LIST_KEYWORD),
        source="The list's settings",
        why="It concerns that list alone and never the channel.",
    ),
    Rule(
        "R33",
        "Any other message",
        on(EventKind.TEXT_OTHER),
        source="47 CFR 64.1200(a)(10): consent once revoked is definitively revoked",
        why="Writing to us is no opt-in. Staff see that the person wrote while opted out.",
    ),
    Rule(
        "R34",
        "Contact calls",
        on(EventKind.CALL_RECEIVED),
        source="Twilio voice requests",
        why="A call is no opt-in, and one that fails is no opt-out. It is put through, or rejected under R21 or R22.",
        channels=frozenset({Channel.CALL}),
    ),
    Rule(
        "R35",
        "Message of a blocked or inbound-DND contact",
        on(EventKind.MESSAGE_REFUSED),
        source="Our decision",
        why="What it says about consent has counted already; nobody has to read the rest.",
        channels=frozenset({Channel.SMS}),
    ),
    Rule(
        "R36",
        "Somebody asks the contact whether to opt in",
        on(EventKind.OPT_IN_ASKED),
        source="Our decision",
        why="Asking changes nothing. For as long as the question is open, a bare “yes” is the answer to it.",
        channels=frozenset({Channel.SMS, Channel.WHATSAPP, Channel.FACEBOOK}),
    ),
)
