"""Every row of the rules from what arrives to the gate's refusal, and by each way that the row names back again.

Each way that a row does not name is tried as well, as fully as anybody could, and frees nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from consent.models import InboundMessage, LedgerEntry, Suppression
from consent.rules.table import RULES
from consent.services import dnd
from consent.vocabulary import Channel, Direction, LiftRoute, Purpose
from tests.consent.doors import INBOUND, knock, sms
from tests.consent.email_asking import mailgun
from tests.consent.email_knocks import lock_doors
from tests.consent.meta_door import SECRET
from tests.consent.test_voice_door import VOICE, ring
from tests.consent.twilio_fake import twilio_serving
from tests.journeys import scene as ways
from tests.journeys.rows import EVERYWHERE, JOURNEYS, Journey, blocked, switched
from tests.journeys.scene import PHONE, WAYS, Scene, Way, entries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]


def named(journey: Journey) -> str:
    return f"{journey.rule} {journey.name}".replace(" ", "_")


@pytest.fixture
def scene(settings: Any, agent: User, support: User) -> Iterator[Scene]:
    settings.META_APP_SECRET = SECRET
    lock_doors(settings)
    with twilio_serving(settings):
        yield Scene(agent, support)


class rolled_back:
    """Try something out: when this ends, nothing of it has happened."""

    def __enter__(self) -> None:
        self._atomic = transaction.atomic()
        self._atomic.__enter__()

    def __exit__(self, *error: Any) -> None:
        transaction.set_rollback(True)
        self._atomic.__exit__(*error)


def newest() -> int:
    return LedgerEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0


@pytest.mark.parametrize("journey", JOURNEYS, ids=named)
def test_a_row_from_what_arrives_to_every_way_back(scene: Scene, journey: Journey) -> None:
    assert all(scene.refusals(channel) == {} for channel in EVERYWHERE)

    journey.begins(scene)

    assert_silenced(scene, journey)
    assert_recorded(journey)
    first_of_its_row = next(each for each in JOURNEYS if each.rule == journey.rule) is journey
    for way, route in WAYS.items():
        if way not in journey.ends and not first_of_its_row:
            continue
        with rolled_back():
            before = newest()
            way(scene, journey.on[0] if journey.on else Channel.SMS)
            if way in journey.ends:
                assert_freed(scene, journey, way, route, before)
            elif journey.reasons == {"review_hold"} and way is ways.clock:
                assert_confirmed(scene, journey, before)
            else:
                assert_kept(scene, journey, way, before)


def assert_silenced(scene: Scene, journey: Journey) -> None:
    for channel in journey.on:
        expected = {purpose: set(journey.reasons) for purpose in journey.refused}
        assert scene.refusals(channel) == expected, channel
    assert scene.inbound_refused() == journey.inbound
    if not journey.on and not journey.inbound:
        assert scene.standing() == []
    kinds = {row.kind for row in scene.standing() if row.reason in journey.reasons}
    assert kinds == ({journey.kind} if journey.reasons else set())


def assert_recorded(journey: Journey) -> None:
    silences = journey.on or (journey.inbound and journey.rule != "R35")
    assert (journey.rule, "set" if silences else "nothing") in entries()


def assert_freed(scene: Scene, journey: Journey, way: Way, route: LiftRoute | None, before: int) -> None:
    reasons = {reason for channel in journey.on[:1] for why in scene.refusals(channel).values() for reason in why}
    assert reasons.isdisjoint(journey.reasons), f"{way.__name__} left {reasons}"
    if way is ways.correction:  # the number stays silenced for whoever has it now
        assert scene.standing()
        assert ("L10", "nothing") in entries(before)
        return
    lifted = Suppression.objects.exclude(lifted_at=None).filter(reason__in=journey.reasons)
    assert {row.lift_route for row in lifted} == {route}
    for row in lifted:
        entry = LedgerEntry.objects.get(event_id=row.lift_event_id, suppression_id=row.pk)
        assert (entry.effect, entry.route) == ("lifted", route)


def assert_confirmed(scene: Scene, journey: Journey, before: int) -> None:
    assert {reason for why in scene.refusals(journey.on[0]).values() for reason in why} == {"opt_out"}
    assert {("L09", "lifted"), ("R01", "set")} <= set(entries(before))


def assert_kept(scene: Scene, journey: Journey, way: Way, before: int) -> None:
    for channel in journey.on[:1]:
        refused = scene.refusals(channel)
        assert set(refused) == journey.refused, f"{way.__name__} freed {journey.refused - set(refused)}"
        reasons = {reason for why in refused.values() for reason in why}
        assert reasons & journey.reasons, f"{way.__name__} left only {reasons}"


def test_every_row_of_the_running_rules_has_its_journey() -> None:
    rows = {rule.code for rule in RULES if rule.code.startswith("R")}

    assert {journey.rule for journey in JOURNEYS} == rows
    assert {rule.code for rule in RULES if rule.sets} <= {j.rule for j in JOURNEYS if j.on or j.inbound}


@pytest.mark.parametrize("code", sorted({rule.code for rule in RULES if rule.sets} - {"R21", "R22"}))
def test_the_journeys_of_a_row_take_exactly_the_routes_that_the_row_names(code: str) -> None:
    taken = {WAYS[way] for journey in JOURNEYS if journey.rule == code for way in journey.ends}
    named_by_rows = {route for rule in RULES if rule.code == code for route in rule.lifted_by}
    if code == "R24":
        named_by_rows.add(LiftRoute.STAFF)  # of a temporary one
    if code == "R02":
        taken.add(LiftRoute.CONFIRMED)

    assert taken - {LiftRoute.EXPIRY} == named_by_rows - {LiftRoute.EXPIRY}


def test_an_unblocked_contact_hears_from_us_again_only_after_asking(scene: Scene) -> None:
    blocked(scene)

    ways.staff(scene, Channel.SMS)
    assert scene.refusals(Channel.SMS)[Purpose.MARKETING] == {"blocked", "manual"}
    ways.start(scene, Channel.SMS)
    assert scene.refusals(Channel.SMS)[Purpose.MARKETING] == {"blocked", "manual"}
    ways.unblock(scene, Channel.SMS)
    assert scene.inbound_refused() == set()
    assert scene.refusals(Channel.CALL) == {}
    assert scene.refusals(Channel.SMS)[Purpose.TRANSACTIONAL] == {"manual"}

    ways.staff(scene, Channel.SMS)

    assert scene.refusals(Channel.SMS) == {}


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.CALL])
def test_inbound_dnd_shuts_our_door_until_staff_open_it(scene: Scene, channel: Channel) -> None:
    switched(scene, channel, direction=Direction.INBOUND)
    assert is_let_in(channel) is False
    for way in (ways.start, ways.evidence, ways.reviewer, ways.unblock, ways.clock):
        way(scene, channel)
        assert is_let_in(channel) is False, way.__name__
    assert scene.refusals(channel) == {}

    ways.staff(scene, channel)

    assert is_let_in(channel) is True


def is_let_in(channel: Channel) -> bool:
    """Call, or write, and return whether the contact got through."""
    if channel is Channel.CALL:
        return b"<Reject" not in knock(VOICE, ring(PHONE)).content
    knock(INBOUND, sms(PHONE, "Hello?"))
    return not InboundMessage.objects.latest("id").refused_inbound


@pytest.mark.parametrize(
    ("name", "code"), [("permanent_bounce", "attestation_required"), ("unsubscribed", "later_consent_required")]
)
def test_staff_who_state_nothing_clear_no_bounce_and_no_unsubscribe(scene: Scene, name: str, code: str) -> None:
    mailgun(name)

    dnd.lift(contact_id=scene.iris.pk, channels=[Channel.EMAIL], by=scene.by, at=scene.tomorrow())

    assert Purpose.MARKETING in scene.refusals(Channel.EMAIL)
    entry = LedgerEntry.objects.latest("id")
    assert (entry.effect, entry.code) == ("refused", code)
