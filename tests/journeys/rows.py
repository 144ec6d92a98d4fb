"""The rules as journeys: for each row how it begins, whom it silences where, and which ways end it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from consent.services import dnd
from consent.services.questions import ask_opt_in
from consent.values import SuppressionTerms
from consent.vocabulary import CHANNELS, Channel, Covers, Direction, EventKind, Kind, Purpose, Reason, Source
from tests.consent.doors import knock
from tests.consent.email_asking import mailgun
from tests.consent.test_voice_door import VOICE, ring
from tests.factories.lists import make_list
from tests.journeys import scene as ways
from tests.journeys.scene import PHONE, PSID, Scene, Way

SMS, CALL, EMAIL, WHATSAPP, MESSENGER = (
    Channel.SMS,
    Channel.CALL,
    Channel.EMAIL,
    Channel.WHATSAPP,
    Channel.FACEBOOK,
)
EVERY_PURPOSE = frozenset(Purpose)
NO_TRANSACTIONS = EVERY_PURPOSE - {Purpose.TRANSACTIONAL}
EVERYWHERE = frozenset(CHANNELS) - {Channel.GMB}
OPT_IN = frozenset({ways.start, ways.resubscribe})
EVIDENCE = frozenset({ways.evidence, ways.evidence_and_provider})


@dataclass(frozen=True)
class Journey:
    """One way into a row of the rules, and the ways out.

    `on` are the channels silenced, the first the one on which ways back are tried; empty where nothing is silenced.
    `refused` are the purposes that the gate then refuses, for exactly these `reasons`.
    """

    rule: str
    name: str
    begins: Callable[[Scene], object]
    on: tuple[Channel, ...] = ()
    reasons: frozenset[str] = frozenset()
    kind: Kind = Kind.TEMPORARY
    refused: frozenset[Purpose] = EVERY_PURPOSE
    ends: frozenset[Way] = frozenset()
    inbound: frozenset[str] = frozenset()


def silencing(
    rule: str,
    name: str,
    begins: Callable[[Scene], object],
    on: Channel | tuple[Channel, ...],
    reason: str,
    kind: Kind,
    *ends: Way,
    refused: frozenset[Purpose] = EVERY_PURPOSE,
) -> Journey:
    channels = on if isinstance(on, tuple) else (on,)
    return Journey(rule, name, begins, channels, frozenset(reason.split("+")), kind, refused, frozenset(ends))


def switched(scene: Scene, *channels: Channel, **more: Any) -> None:
    dnd.switch_on(contact_id=scene.iris.pk, channels=channels, by=scene.by, at=timezone.now(), **more)


def bounces_softly_for_days(scene: Scene) -> None:
    for day in (0, 2, 4, 6, 8):
        moment = datetime(2026, 9, 1, tzinfo=UTC) + timedelta(days=day)
        mailgun("temporary_generic", timestamp=moment.timestamp())


def asked_an_agent(scene: Scene) -> None:
    dnd.record_verbal_opt_out(
        contact_id=scene.iris.pk,
        channels=[SMS, EMAIL],
        by=scene.by,
        at=timezone.now(),
        note="rang and asked us to stop",
        how="call",
    )


def imported(scene: Scene, kind: Kind, covers: Covers) -> None:
    terms = SuppressionTerms(Reason.IMPORTED, kind, covers)
    scene.told(EventKind.IMPORT_SUPPRESSION, EMAIL, source=Source.IMPORT, terms=terms)


def blocked(scene: Scene) -> None:
    dnd.block(contact_id=scene.iris.pk, on=True, by=scene.by, at=timezone.now())


def blocked_and_writes(scene: Scene) -> None:
    switched(scene, SMS, direction=Direction.INBOUND)
    scene.texts("Hello?")


def writes_a_lists_keyword(scene: Scene) -> None:
    make_list("Recipes", keyword="RECIPES")
    scene.texts("recipes")


def asked_whether_to_opt_in(scene: Scene) -> None:
    ask_opt_in(address_id=scene.address_id(SMS), channel=SMS, by=scene.by, at=timezone.now())


P, T = Kind.PERMANENT, Kind.TEMPORARY

JOURNEYS: tuple[Journey, ...] = (
    silencing("R01", "phrase", lambda s: s.texts("please stop texting"), SMS, "opt_out", P, *OPT_IN, *EVIDENCE),
    silencing(
        "R01",
        "provider's word",
        lambda s: s.texts("Basta", OptOutType="STOP"),
        SMS,
        "opt_out+provider_opt_out",
        P,
        ways.start,
        ways.evidence_and_provider,
    ),
    silencing(
        "R02", "doubtful", lambda s: s.texts("stop sending so many"), SMS, "review_hold", T, *OPT_IN, ways.reviewer
    ),
    silencing(
        "R03", "21610", lambda s: s.fails("21610"), SMS, "provider_opt_out", P, ways.start, ways.evidence_and_provider
    ),
    silencing(
        "R03",
        "21610 on whatsapp",
        lambda s: s.fails("21610", to=f"whatsapp:{PHONE}"),
        WHATSAPP,
        "provider_opt_out",
        P,
        ways.start,
        ways.evidence_and_provider,
    ),
    silencing(
        "R03",
        "bare keyword",
        lambda s: s.texts("STOP"),
        SMS,
        "opt_out+provider_opt_out",
        P,
        ways.start,
        ways.evidence_and_provider,
    ),
    silencing("R04", "30004", lambda s: s.fails("30004"), SMS, "carrier_block", P, *OPT_IN, *EVIDENCE),
    silencing("R05", "30003", lambda s: s.fails("30003"), SMS, "unreachable", T, *OPT_IN, ways.staff),
    silencing("R05", "30005", lambda s: s.fails("30005"), SMS, "unknown_number", T, *OPT_IN, ways.staff),
    silencing("R05", "30006", lambda s: s.fails("30006"), SMS, "landline", T, *OPT_IN, ways.staff),
    Journey("R06", "30007", lambda s: s.fails("30007")),
    silencing("R07", "bounce", lambda s: mailgun("permanent_bounce"), EMAIL, "bounce", T, ways.staff),
    silencing("R07", "generic", lambda s: mailgun("permanent_generic"), EMAIL, "bounce", T, ways.staff),
    silencing("R07", "hardfail", lambda s: mailgun("permanent_hardfail"), EMAIL, "bounce", T, ways.staff),
    silencing("R07", "suppress-bounce", lambda s: mailgun("permanent_suppress_bounce"), EMAIL, "bounce", T, ways.staff),
    *(
        silencing(
            "R08",
            name,
            lambda s, name=name: mailgun(name),
            EMAIL,
            "unsubscribe",
            T,
            ways.staff,
            ways.preference_page,
            refused=NO_TRANSACTIONS,
        )
        for name in ("unsubscribed", "permanent_suppress_unsubscribe")
    ),
    *(
        silencing("R09", name, lambda s, name=name: mailgun(name), EMAIL, "spam_complaint", P, *EVIDENCE)
        for name in ("complained", "permanent_suppress_complaint", "permanent_hardfail_607")
    ),
    silencing("R10", "persistent", bounces_softly_for_days, EMAIL, "bounce", T, ways.staff),
    Journey("R11", "soft bounce", lambda s: mailgun("temporary_generic")),
    Journey("R11", "espblock", lambda s: mailgun("permanent_espblock")),
    silencing(
        "R12", "word", lambda s: s.says_on_whatsapp("STOP"), WHATSAPP, "opt_out", P, *OPT_IN, ways.resume, *EVIDENCE
    ),
    silencing(
        "R12",
        "button",
        lambda s: s.presses_on_whatsapp("Stop promotions"),
        WHATSAPP,
        "opt_out",
        P,
        *OPT_IN,
        ways.resume,
        *EVIDENCE,
    ),
    silencing(
        "R12",
        "63050",
        lambda s: s.fails("63050", to=f"whatsapp:{PHONE}"),
        WHATSAPP,
        "opt_out",
        P,
        *OPT_IN,
        ways.resume,
        *EVIDENCE,
    ),
    silencing(
        "R12",
        "preference",
        lambda s: s.prefers("stop"),
        WHATSAPP,
        "opt_out",
        P,
        *OPT_IN,
        ways.resume,
        *EVIDENCE,
        refused=NO_TRANSACTIONS,
    ),
    silencing(
        "R13", "word", lambda s: s.says_on_messenger("STOP"), MESSENGER, "opt_out", P, *OPT_IN, ways.resume, *EVIDENCE
    ),
    silencing(
        "R13",
        "63014",
        lambda s: s.fails("63014", to=f"messenger:{PSID}"),
        MESSENGER,
        "opt_out",
        P,
        *OPT_IN,
        ways.resume,
        *EVIDENCE,
    ),
    silencing(
        "R13",
        "notifications",
        lambda s: s.notifications("STOP_NOTIFICATIONS"),
        MESSENGER,
        "opt_out",
        P,
        *OPT_IN,
        ways.resume,
        *EVIDENCE,
    ),
    silencing("R14", "by voice", asked_an_agent, SMS, "opt_out", P, *OPT_IN, *EVIDENCE),
    silencing("R15", "by hand", lambda s: switched(s, EMAIL), EMAIL, "manual", T, ways.staff),
    silencing("R15", "all channels", lambda s: switched(s, Channel.ALL), SMS, "manual", T, ways.staff),
    silencing(
        "R15",
        "snoozed",
        lambda s: switched(s, SMS, expires_at=s.tomorrow() + timedelta(days=7)),
        SMS,
        "manual",
        T,
        ways.staff,
        ways.clock,
    ),
    silencing(
        "R16",
        "never again",
        lambda s: s.told(EventKind.PREFERENCE_NEVER),
        tuple(sorted(EVERYWHERE)),
        "do_not_contact",
        P,
        ways.preference_page,
        *EVIDENCE,
        refused=NO_TRANSACTIONS,
    ),
    silencing(
        "R17",
        "kill switch",
        lambda s: dnd.do_not_contact(contact_id=s.iris.pk, on=True, by=s.by, at=timezone.now()),
        tuple(sorted(EVERYWHERE)),
        "do_not_contact",
        T,
        ways.staff,
        refused=NO_TRANSACTIONS,
    ),
    silencing(
        "R18",
        "wrong number",
        lambda s: s.texts("Wrong number"),
        (SMS, CALL, WHATSAPP),
        "wrong_number",
        P,
        ways.correction,
        ways.reviewer,
    ),
    silencing(
        "R19",
        "death",
        lambda s: s.texts("He passed away last week"),
        (SMS, *sorted(EVERYWHERE - {SMS})),
        "deceased",
        P,
        ways.reviewer,
        *EVIDENCE,
    ),
    silencing("R20", "abuse", lambda s: s.texts("fuck off"), SMS, "hostile", P, *OPT_IN, ways.reviewer, *EVIDENCE),
    Journey(
        "R21",
        "block",
        blocked,
        (CALL,),
        frozenset({"blocked"}),
        T,
        ends=frozenset({ways.unblock}),
        inbound=frozenset({"sms", "call"}),
    ),
    Journey(
        "R22",
        "inbound",
        lambda s: switched(s, SMS, CALL, direction=Direction.INBOUND),
        inbound=frozenset({"sms", "call"}),
    ),
    silencing(
        "R23",
        "objection",
        lambda s: s.told(EventKind.OBJECTION),
        tuple(sorted(EVERYWHERE)),
        "objection",
        P,
        ways.preference_page,
        refused=NO_TRANSACTIONS,
    ),
    silencing("R24", "for good", lambda s: imported(s, P, Covers.EVERYTHING), EMAIL, "imported", P, *EVIDENCE),
    silencing(
        "R24",
        "for now",
        lambda s: imported(s, T, Covers.NON_TRANSACTIONAL),
        EMAIL,
        "imported",
        T,
        ways.staff,
        refused=NO_TRANSACTIONS,
    ),
    silencing("R25", "workflow", lambda s: switched(s, SMS, source=Source.WORKFLOW), SMS, "manual", T, ways.staff),
    silencing(
        "R25", "integration", lambda s: switched(s, WHATSAPP, source=Source.API), WHATSAPP, "manual", T, ways.staff
    ),
    Journey("R30", "no interest", lambda s: s.texts("not interested")),
    Journey("R31", "help", lambda s: s.texts("HELP")),
    Journey("R32", "list keyword", writes_a_lists_keyword),
    Journey("R33", "small talk", lambda s: s.texts("Are you open on Sunday?")),
    Journey("R34", "call", lambda s: knock(VOICE, ring(PHONE))),
    Journey("R35", "not let in", blocked_and_writes, inbound=frozenset({"sms"})),
    Journey("R36", "question", asked_whether_to_opt_in),
)
