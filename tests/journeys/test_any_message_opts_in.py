"""The policy that any message opts in: what it brings back, and what nobody's small talk ever ends."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from consent.admin.profile import FIELDS
from consent.models import BusinessProfile, LedgerEntry, Suppression
from consent.selectors import addresses_by_channel, business_profile
from consent.services import dnd
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, EventKind, Source
from contacts.models import Contact
from contacts.values import SYSTEM, Actor
from tests.config.desk import as_user
from tests.consent.doors import INBOUND, STATUS, callback, knock, sms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

PHONE = "+15035550101"


@pytest.fixture
def policy(db: None) -> None:
    BusinessProfile.objects.create(pk=1, opt_in_on_any_message=True)


def standing(channel: Channel = Channel.SMS) -> set[str]:
    """Return what still refuses a text."""
    rows = Suppression.objects.filter(lifted_at=None, direction="outbound", channel__in=[channel, Channel.ALL])
    return set(rows.values_list("reason", flat=True))


def happened(kind: EventKind, contact: Contact, channel: Channel) -> None:
    at = datetime.now(UTC)
    record_event(
        event=ConsentEvent(kind, (channel,), at, Source.CONTACT),
        contact_id=contact.pk,
        address_id=addresses_by_channel(contact.pk)[Channel.SMS][0],
        by=SYSTEM,
        at=at,
    )


@pytest.mark.usefixtures("policy")
def test_small_talk_brings_back_who_had_asked_us_to_stop(ada: Contact) -> None:
    knock(INBOUND, sms(PHONE, "please stop texting"))
    assert standing() == {"opt_out"}

    knock(INBOUND, sms(PHONE, "Are you open on Sunday?"))

    assert standing() == set()
    entry = LedgerEntry.objects.latest("id")
    assert (entry.kind, entry.rule, entry.effect) == ("text_any", "L04", "lifted")


def test_without_the_policy_small_talk_is_small_talk(ada: Contact) -> None:
    knock(INBOUND, sms(PHONE, "please stop texting"))

    knock(INBOUND, sms(PHONE, "Are you open on Sunday?"))

    assert standing() == {"opt_out"}


@pytest.mark.usefixtures("policy")
def test_the_providers_own_block_stays(ada: Contact) -> None:
    knock(STATUS, callback(PHONE, "21610"))

    knock(INBOUND, sms(PHONE, "Are you open on Sunday?"))

    assert standing() == {"provider_opt_out"}


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize(
    ("body", "reason"),
    [("Wrong number", "wrong_number"), ("He passed away last week", "deceased"), ("fuck off", "hostile")],
)
def test_signals_stay(ada: Contact, body: str, reason: str) -> None:
    knock(INBOUND, sms(PHONE, body))
    assert standing() == {reason}

    knock(INBOUND, sms(PHONE, "Are you open on Sunday?"))

    assert standing() == {reason}


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize(
    ("kind", "channel", "reason"),
    [
        (EventKind.EMAIL_COMPLAINT, Channel.EMAIL, "spam_complaint"),
        (EventKind.PREFERENCE_NEVER, Channel.ALL, "do_not_contact"),
        (EventKind.OBJECTION, Channel.ALL, "objection"),
    ],
)
def test_what_was_said_elsewhere_for_good_stays(ada: Contact, kind: EventKind, channel: Channel, reason: str) -> None:
    happened(kind, ada, channel)

    knock(INBOUND, sms(PHONE, "Are you open on Sunday?"))

    assert reason in standing(channel)


@pytest.mark.usefixtures("policy")
def test_a_blocked_contact_stays_blocked(ada: Contact, by: Actor) -> None:
    dnd.block(contact_id=ada.pk, on=True, by=by, at=datetime.now(UTC))

    knock(INBOUND, sms(PHONE, "Are you open on Sunday?"))

    assert {"blocked", "manual"} <= standing()
    assert LedgerEntry.objects.get(kind="text_any").code == "blocked_contact"


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize("body", ["stop", "stop sending so many", "not interested", "help"])
def test_no_message_of_another_kind_counts_as_small_talk(ada: Contact, body: str) -> None:
    knock(INBOUND, sms(PHONE, "please stop texting"))

    knock(INBOUND, sms(PHONE, body))

    assert "opt_out" in standing()


def test_the_switch_warns_and_asks_twice(compliance: User) -> None:
    client = as_user(compliance)
    page = reverse("admin:consent_businessprofile_change", args=[1])
    fields = {name: getattr(business_profile(), name) for name in FIELDS if name != "opt_in_on_any_message"}
    fields["note"] = "the lawyer asked for it"

    shown = client.get(page).content.decode()
    refused = client.post(page, {**fields, "opt_in_on_any_message": "on"})

    assert "Danger: a person who texted STOP" in shown
    assert "Confirm that you understand what this does" in refused.content.decode()
    assert not business_profile().opt_in_on_any_message
    client.post(page, {**fields, "opt_in_on_any_message": "on", "confirm_danger": "on"})
    assert business_profile().opt_in_on_any_message
