"""One person and everything that may happen to them: what silences, by the real doors and verbs, and every way back."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from consent.models import InboundMessage, LedgerEntry, Suppression
from consent.models.evidence import ConsentMethod
from consent.selectors import addresses_by_channel, decide
from consent.selectors.decisions import Subject
from consent.services import dnd, holds, inbox
from consent.services.evidence import Claim, approve, file_evidence
from consent.services.expiry import expire_due
from consent.services.ledger import Proof
from consent.services.reconsent import UnableToTellProvider, tell_provider
from consent.services.recording import record_event
from consent.services.reviews import UnableToReview, correct_number, decide_hold, mark_false_positive
from consent.values import Attestation, ConsentEvent, Decision, GateRequest
from consent.vocabulary import (
    ADDRESS_KIND_OF,
    Channel,
    Direction,
    EventKind,
    LiftRoute,
    MessageClass,
    Purpose,
    Reason,
    Source,
)
from contacts.models import Contact
from contacts.values import SYSTEM, Actor
from contacts.vocabulary import AddressKind
from tests.conftest import actor
from tests.consent.doors import INBOUND, STATUS, callback, knock, sms
from tests.consent.email_asking import IRIS
from tests.consent.meta_door import NOON, deliver, message, messenger, optin, page, preference, text, whatsapp
from tests.factories.contacts import make_contact

PHONE = "+15035550107"
WA_ID = PHONE[1:]
PSID = "3699000000000456"
DAY = timedelta(days=1)


_later = itertools.count(2)


def seconds_after_noon() -> int:
    """Return this moment as Meta's samples count it, later each time: the provider's clock tells whole seconds."""
    return int(time.time()) - NOON + next(_later)


@dataclass
class Scene:
    """Iris, whom every channel reaches, and the staff who look after her."""

    agent: User
    support: User
    iris: Contact = field(
        default_factory=lambda: make_contact("Iris", "Moreau", phone=PHONE, email=IRIS, messenger=PSID)
    )

    @property
    def by(self) -> Actor:
        return actor(self.agent)

    def tomorrow(self) -> datetime:
        return timezone.now() + DAY

    def ask(self, channel: Channel, purpose: Purpose) -> Decision:
        return decide(GateRequest(channel, purpose), Subject(contact_id=self.iris.pk)).decision

    def refusals(self, channel: Channel) -> dict[Purpose, set[str]]:
        """Return why the gate refuses each purpose on a channel."""
        asked = {purpose: self.ask(channel, purpose) for purpose in Purpose}
        return {
            purpose: {reason.code.replace("blocked_contact", Reason.BLOCKED) for reason in decision.reasons}
            for purpose, decision in asked.items()
            if not decision.allowed
        }

    def address_id(self, channel: Channel) -> int:
        return addresses_by_channel(self.iris.pk)[channel][0]

    def standing(self) -> list[Suppression]:
        return list(Suppression.objects.filter(lifted_at=None).order_by("id"))

    def inbound_refused(self) -> set[str]:
        rows = Suppression.objects.filter(lifted_at=None, direction=Direction.INBOUND, contact=self.iris)
        return set(rows.values_list("channel", flat=True))

    # What providers deliver

    def texts(self, body: str, **more: str) -> None:
        assert knock(INBOUND, sms(PHONE, body, **more)).status_code == 200

    def fails(self, code: str, *, to: str = PHONE) -> None:
        assert knock(STATUS, callback(to, code)).status_code == 204

    def whatsapps(self, *changes: Any) -> None:
        assert deliver(whatsapp(*changes)).status_code == 200

    def says_on_whatsapp(self, body: str) -> None:
        self.whatsapps(text(WA_ID, body, after=seconds_after_noon()))

    def presses_on_whatsapp(self, label: str) -> None:
        button = {"text": label, "payload": label}
        self.whatsapps(message(WA_ID, after=seconds_after_noon(), type="button", button=button))

    def prefers(self, wish: str) -> None:
        self.whatsapps(preference(WA_ID, wish, after=seconds_after_noon()))

    def says_on_messenger(self, body: str) -> None:
        told = {"mid": f"m_{time.time_ns()}", "text": body}
        assert deliver(page(messenger(PSID, after=seconds_after_noon(), message=told))).status_code == 200

    def notifications(self, wish: str) -> None:
        assert deliver(page(optin(PSID, wish, after=seconds_after_noon()))).status_code == 200

    def told(
        self,
        kind: EventKind,
        channel: Channel = Channel.ALL,
        *,
        source: Source = Source.CONTACT,
        at: datetime | None = None,
        **more: Any,
    ) -> None:
        """Record what no provider delivers: the preference page, an objection, a file."""
        event = ConsentEvent(kind, (channel,), at or timezone.now(), source, **more)
        record_event(event=event, contact_id=self.iris.pk, by=SYSTEM, at=at or timezone.now())


Way = Callable[[Scene, Channel], None]
"""One way back, taken on a channel as fully as anybody could: every note, statement and consent that is asked for."""


def start(scene: Scene, channel: Channel) -> None:
    opt_in(scene, channel, "START")


def resubscribe(scene: Scene, channel: Channel) -> None:
    opt_in(scene, channel, "RESUBSCRIBE")


def opt_in(scene: Scene, channel: Channel, word: str) -> None:
    match channel:
        case Channel.SMS:
            scene.texts(word)
        case Channel.WHATSAPP:
            scene.says_on_whatsapp(word)
        case Channel.FACEBOOK:
            scene.says_on_messenger(word)


def small_talk(scene: Scene, channel: Channel) -> None:
    opt_in(scene, channel, "Are you open on Sunday?")


def resume(scene: Scene, channel: Channel) -> None:
    if channel is Channel.WHATSAPP:
        scene.prefers("resume")
    if channel is Channel.FACEBOOK:
        scene.notifications("RESUME_NOTIFICATIONS")


def staff(scene: Scene, channel: Channel) -> None:
    at = scene.tomorrow()
    attest = Attestation(True, True, at - timedelta(hours=1), "by phone", "Yes, write to me again")
    for direction in Direction:
        dnd.lift(
            contact_id=scene.iris.pk,
            channels=[channel, Channel.ALL],
            reasons=list(Reason),
            direction=direction,
            by=scene.by,
            at=at,
            note="she asked for it",
            attest=attest,
        )


def unblock(scene: Scene, channel: Channel) -> None:
    dnd.block(contact_id=scene.iris.pk, on=False, by=scene.by, at=scene.tomorrow())


def evidence(scene: Scene, channel: Channel) -> None:
    approved(scene, channel, tell_the_provider=False)


def evidence_and_provider(scene: Scene, channel: Channel) -> None:
    approved(scene, channel, tell_the_provider=True)


def approved(scene: Scene, channel: Channel, *, tell_the_provider: bool) -> None:
    given_at, at = scene.tomorrow(), scene.tomorrow() + DAY
    channels = [each for each in ADDRESS_KIND_OF if ADDRESS_KIND_OF[each] == ADDRESS_KIND_OF[channel]]
    claim = Claim(
        scene.iris.pk,
        scene.address_id(channel),
        channels,
        ConsentMethod.WEB_FORM,
        "Yes, contact me again",
        given_at,
    )
    filed = file_evidence(claim=claim, by=scene.by, at=at)
    if tell_the_provider:
        try:
            tell_provider(evidence_id=filed.pk, by=actor(scene.support), at=at)
        except UnableToTellProvider:
            assert ADDRESS_KIND_OF[channel] is not AddressKind.PHONE
    own = approve(evidence_id=filed.pk, reason="My own", by=scene.by, at=at)
    assert own.refused == "own_evidence"
    assert approve(evidence_id=filed.pk, reason="Form checked", by=actor(scene.support), at=at).refused == ""


def reviewer(scene: Scene, channel: Channel) -> None:
    at = scene.tomorrow()
    for row in scene.standing():
        for judge in (
            lambda **named: decide_hold(is_opt_out=False, **named),
            mark_false_positive,
        ):
            try:
                judge(suppression_id=row.pk, note="It means something else.", by=actor(scene.support), at=at)
            except UnableToReview:
                continue


def correction(scene: Scene, channel: Channel) -> None:
    for row in scene.standing():
        try:
            correct_number(
                suppression_id=row.pk,
                contact_id=scene.iris.pk,
                new_number="(503) 555-0188",
                note="Read back on the phone.",
                by=actor(scene.support),
                at=scene.tomorrow(),
            )
        except UnableToReview:
            continue


def preference_page(scene: Scene, channel: Channel) -> None:
    """Come back on the page, with the act itself kept as its proof."""
    at, address_id = scene.tomorrow(), scene.address_id(channel)
    accepted = inbox.accept(
        provider="desk", door="preferences", event_id="", body=f"back on {channel}".encode(), content_type="", at=at
    )
    act = InboundMessage.objects.create(
        delivery_id=accepted.delivery_id,
        address_id=address_id,
        channel=channel,
        message_class=MessageClass.OPT_IN,
        opts_in=True,
        occurred_at=at,
        recorded_at=at,
    )
    record_event(
        event=ConsentEvent(EventKind.PREFERENCE_RETURN, (channel,), at, Source.CONTACT),
        contact_id=scene.iris.pk,
        address_id=address_id,
        proof=Proof(message_id=act.pk),
        by=SYSTEM,
        at=at,
    )


def clock(scene: Scene, channel: Channel) -> None:
    """Let a month go by: snoozes end, and holds become opt-outs."""
    expire_due(at=timezone.now() + 30 * DAY)
    holds.confirm_overdue(at=timezone.now() + 30 * DAY)


WAYS: dict[Way, LiftRoute | None] = {
    start: LiftRoute.CONTACT_OPT_IN,
    resubscribe: LiftRoute.CONTACT_OPT_IN,
    resume: LiftRoute.CONTACT_OPT_IN,
    small_talk: None,
    staff: LiftRoute.STAFF,
    unblock: LiftRoute.STAFF,
    evidence: LiftRoute.APPROVED_EVIDENCE,
    evidence_and_provider: LiftRoute.APPROVED_EVIDENCE,
    reviewer: LiftRoute.REVIEWER,
    correction: LiftRoute.NUMBER_CORRECTED,
    preference_page: LiftRoute.PREFERENCE_PAGE,
    clock: LiftRoute.EXPIRY,
}
"""Every way that anybody might try, and by which route it lifts what it lifts."""


def entries(after: int = 0, **where: Any) -> list[tuple[str, str]]:
    """Return the rule and effect of every ledger entry since one."""
    found = LedgerEntry.objects.filter(id__gt=after, **where).order_by("id")
    return list(found.values_list("rule", "effect"))
