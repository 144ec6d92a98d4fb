"""Rows that end suppressions, or let them go on: L, E and J."""

from __future__ import annotations

from consent.rules.rows import Lifting, Rule
from consent.rules.table.shared import on
from consent.vocabulary import Channel, EventKind, LiftRoute, Reason

LIFTING: tuple[Rule, ...] = (
    Rule(
        "L01",
        "Contact texts START or UNSTOP, or the provider says that it was an opt-in",
        on(EventKind.TEXT_OPT_IN),
        source="CTIA Messaging Principles; Twilio opt-in keywords",
        why="The contact's own word on that channel, and the provider lets messages through again.",
        lifts=Lifting(LiftRoute.CONTACT_OPT_IN),
    ),
    Rule(
        "L02",
        "Contact texts RESUBSCRIBE, or YES to an opt-in question",
        on(EventKind.TEXT_OPT_IN_WORD),
        source="Twilio opt-in keywords: only START and UNSTOP reach the carrier's block",
        why="It is an opt-in to us; where the provider itself still blocks, that suppression stays.",
        lifts=Lifting(LiftRoute.CONTACT_OPT_IN, not_reasons=frozenset({Reason.PROVIDER_OPT_OUT})),
    ),
    Rule(
        "L03",
        "Contact resumes marketing in the app's own settings",
        on(EventKind.MARKETING_RESUME),
        source="WhatsApp user_preferences; Messenger messaging_optins",
        why="The contact's own act on that channel.",
        channels=frozenset({Channel.WHATSAPP, Channel.FACEBOOK}),
        lifts=Lifting(LiftRoute.CONTACT_OPT_IN, only_reasons=frozenset({Reason.OPT_OUT})),
    ),
    Rule(
        "L04",
        "Contact writes any message, where the business chose to read that as opting in",
        on(EventKind.TEXT_ANY),
        source="Business profile, off by default",
        why="Some businesses only ever answer. It never ends what a person meant for good.",
        lifts=Lifting(LiftRoute.CONTACT_OPT_IN, not_reasons=frozenset({Reason.PROVIDER_OPT_OUT, Reason.HOSTILE})),
    ),
    Rule(
        "L05",
        "Contact comes back on the preference page",
        on(EventKind.PREFERENCE_RETURN),
        source="GDPR Art. 7(3)",
        why="What the contact switched off there, the contact may switch on there.",
        lifts=Lifting(LiftRoute.PREFERENCE_PAGE),
    ),
    Rule(
        "L06",
        "Staff clear a temporary DND",
        on(EventKind.STAFF_LIFT, EventKind.UNBLOCK),
        source="Staff's own judgement, with the statements that the reason asks for",
        why="Temporary means that staff decide.",
        lifts=Lifting(LiftRoute.STAFF),
    ),
    Rule(
        "L07",
        "Opt-in evidence approved by a second person",
        on(EventKind.EVIDENCE_APPROVED),
        source="GDPR Art. 7(1); CTIA opt-in records",
        why="The one staff route out of a permanent DND: never on one person's word.",
        lifts=Lifting(LiftRoute.APPROVED_EVIDENCE),
    ),
    Rule(
        "E01",
        "Opt-in evidence is filed, rejected, or runs out unreviewed",
        on(EventKind.EVIDENCE_FILED, EventKind.EVIDENCE_REJECTED, EventKind.EVIDENCE_EXPIRED),
        source="GDPR Art. 7(1)",
        why="A claim lifts nothing until a second person has approved it.",
    ),
    Rule(
        "L08",
        "Reviewer finds that a held message was no opt-out, or a signal was wrong",
        on(EventKind.HOLD_DISMISSED, EventKind.FALSE_POSITIVE),
        source="Our decision",
        why="A person read it and takes responsibility.",
        lifts=Lifting(LiftRoute.REVIEWER),
    ),
    Rule(
        "L09",
        "Held message becomes an opt-out: by a reviewer, or unreviewed after 5 business days",
        on(EventKind.HOLD_CONFIRMED),
        source="Our decision, within the 10 business days of 47 CFR 64.1200(a)(10)",
        why="What nobody refuted in time counts as a no.",
        lifts=Lifting(LiftRoute.CONFIRMED),
        also=EventKind.TEXT_OPT_OUT,
    ),
    Rule(
        "L10",
        "Support corrects a wrong number",
        on(EventKind.NUMBER_CORRECTED),
        source="Our decision",
        why="The mistake was in the number; a note tells what was found.",
        lifts=Lifting(LiftRoute.NUMBER_CORRECTED),
    ),
    Rule(
        "L11",
        "A temporary DND reaches its end",
        on(EventKind.EXPIRED),
        source="The end that staff or an integration chose",
        why="A snooze ends by itself; a permanent DND never does.",
        lifts=Lifting(LiftRoute.EXPIRY),
    ),
    Rule(
        "J01",
        "An address with standing suppressions joins a contact",
        on(EventKind.ADDRESS_JOINED),
        source="Our decision",
        why="The new holder is silenced from the first second, and stays so when the number changes.",
    ),
    Rule(
        "J02",
        "Staff undo a clearing of DND, or a change of its end",
        on(EventKind.CHANGE_UNDONE),
        source="Our decision",
        why="The reasons stand again as they stood, unless the contact came back since or they would have run out.",
    ),
    Rule(
        "J03",
        "Two contacts are merged",
        on(EventKind.MERGED),
        source="Our decision",
        why="They were one person all along: whatever silenced either of them silences the one that stays.",
    ),
)
