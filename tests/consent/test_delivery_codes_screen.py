"""The screens on which compliance says what delivery codes mean, and where calls are put through to."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from config.roles import GRANTS, Role
from consent.models import ChannelState, ProviderCode
from consent.selectors.codes import status_effects
from consent.vocabulary import EventKind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

CODES = "/admin/consent/providercode/"
CHANNELS = "/admin/consent/channelstate/"


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_compliance_changes_a_code_and_takes_it_back(compliance: User) -> None:
    desk = logged_in(compliance)
    assert "Handset unreachable" in desk.get(CODES).content.decode()

    changed = desk.post(f"{CODES}twilio/30003/", {"event_kind": "status_other", "why": "Often passing"}, follow=True)

    assert "from now on" in changed.content.decode()
    assert status_effects("twilio")["30003"].event_kind is EventKind.STATUS_OTHER
    assert "Often passing" in desk.get(f"{CODES}twilio/30003/").content.decode()

    reset = desk.post(f"{CODES}twilio/30003/reset/", {"why": "It lasts"}, follow=True)

    assert "as it ships again" in reset.content.decode()
    assert status_effects("twilio")["30003"].event_kind is EventKind.HANDSET_UNREACHABLE
    assert "reset: It lasts by" in desk.get(f"{CODES}twilio/30003/").content.decode()


def test_compliance_adds_a_code_that_does_not_ship(compliance: User) -> None:
    told = {"provider": "meta", "code": "131026", "event_kind": "status_other", "why": "Not on WhatsApp"}

    assert logged_in(compliance).post(f"{CODES}new/", told).status_code == 302

    assert status_effects("meta")["131026"].why == "Not on WhatsApp"


@pytest.mark.parametrize(
    "told", [{"event_kind": "status_other", "why": " "}, {"event_kind": "staff_lift", "why": "So"}, {}]
)
def test_a_change_without_sense_is_refused_on_the_form(compliance: User, told: dict[str, str]) -> None:
    answer = logged_in(compliance).post(f"{CODES}twilio/30003/", told)

    assert answer.status_code == 200
    assert not ProviderCode.objects.exists()


def test_a_reset_needs_a_why_and_something_to_reset(compliance: User) -> None:
    desk = logged_in(compliance)

    assert "Say why" in desk.post(f"{CODES}twilio/30003/reset/", {}, follow=True).content.decode()
    assert desk.get(f"{CODES}twilio/30003/reset/").status_code == 405
    assert desk.get(f"{CODES}twilio/99999/").status_code == 404
    assert desk.get(f"{CODES}nobody/30003/").status_code == 404


def test_support_reads_the_codes_and_changes_none(support: User) -> None:
    desk = logged_in(support)
    page = desk.get(f"{CODES}twilio/30003/").content.decode()

    assert "Handset unreachable" in page
    assert 'name="why"' not in page
    assert desk.post(f"{CODES}twilio/30003/", {"event_kind": "status_other", "why": "So"}).status_code == 403
    assert desk.post(f"{CODES}twilio/30003/reset/", {"why": "So"}).status_code == 403
    assert desk.post(f"{CODES}new/", {}).status_code == 403
    assert not ProviderCode.objects.exists()


def test_an_agent_sees_no_codes(agent: User) -> None:
    desk = logged_in(agent)

    assert desk.get(CODES).status_code == 403
    assert desk.get(f"{CODES}twilio/30003/").status_code == 403


def test_only_compliance_may_change_codes(compliance: User) -> None:
    assert GRANTS["consent.change_providercode"] == {Role.COMPLIANCE}
    assert compliance.has_perm("consent.change_providercode")


def test_compliance_chooses_where_calls_are_put_through_to(compliance: User, support: User) -> None:
    desk = logged_in(compliance)

    assert (
        "+15035550199"
        in desk.post(f"{CHANNELS}call/forward/", {"forward_to": "503-555-0199"}, follow=True).content.decode()
    )
    refused = desk.post(f"{CHANNELS}call/forward/", {"forward_to": "reception"}, follow=True).content.decode()

    assert "put through there" in refused
    assert ChannelState.objects.get(channel="call").forward_to == "+15035550199"
    assert logged_in(support).post(f"{CHANNELS}call/forward/", {"forward_to": ""}).status_code == 403
    assert "+15035550199" in logged_in(support).get(CHANNELS).content.decode()
