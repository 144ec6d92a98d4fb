"""The business profile and the channels: who switches what, and what their histories tell."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import Settings

from consent.admin.profile import FIELDS
from consent.models import BusinessProfile, ChannelState, Suppression
from consent.selectors import business_profile, connected_channels
from consent.selectors.business import default_region, time_zone
from consent.selectors.email import persistence_in_force
from consent.selectors.holds import calendar
from consent.services import dnd, profile
from consent.vocabulary import CHANNELS, Channel
from contacts.drafts import NewAddress
from contacts.models import Address, Contact
from contacts.services import add_address
from contacts.values import Actor
from contacts.vocabulary import AddressKind
from tests.conftest import actor

pytestmark = pytest.mark.django_db

PROFILE = "/admin/consent/businessprofile/1/change/"
CHANNEL = "/admin/consent/channelstate/"
WANTED = {
    **{name: str(getattr(BusinessProfile(pk=1), name)) for name in FIELDS if name != "opt_in_on_any_message"},
    "name": "Blue Fern",
    "help_text": "Call us.",
    "note": "new name",
}


@pytest.fixture
def desk(client: Client, compliance: User) -> Client:
    client.force_login(compliance)
    return client


def test_the_menu_leads_straight_to_the_form(desk: Client) -> None:
    assert desk.get("/admin/consent/businessprofile/").headers["Location"] == PROFILE
    assert desk.get(PROFILE).status_code == 200
    assert not BusinessProfile.objects.exists(), "looking changes nothing"


def test_saving_is_kept_with_who_did_it(desk: Client, compliance: User) -> None:
    desk.post(PROFILE, WANTED)

    assert business_profile().name == "Blue Fern"
    kept = BusinessProfile.history.get()
    assert (kept.history_user, kept.history_change_reason) == (compliance, f"changed: new name by user:{compliance.pk}")


def test_the_dangerous_policy_asks_twice(desk: Client) -> None:
    refused = desk.post(PROFILE, {**WANTED, "opt_in_on_any_message": "on"})
    assert "Confirm that you understand" in refused.content.decode()
    assert not business_profile().opt_in_on_any_message

    desk.post(PROFILE, {**WANTED, "opt_in_on_any_message": "on", "confirm_danger": "on"})
    assert business_profile().opt_in_on_any_message

    desk.post(PROFILE, {**WANTED, "opt_in_on_any_message": "on", "name": "Still on"})
    assert business_profile().name == "Still on", "what is on already needs no new confirmation"

    desk.post(PROFILE, WANTED)
    assert not business_profile().opt_in_on_any_message


def test_an_older_version_is_shown_and_never_brought_back(desk: Client) -> None:
    desk.post(PROFILE, WANTED)
    desk.post(PROFILE, {**WANTED, "name": "Red Oak"})
    oldest = BusinessProfile.history.earliest("history_id").history_id
    address = f"/admin/consent/businessprofile/1/history/{oldest}/"

    page = desk.get(address).content.decode()
    answer = desk.post(address, {**WANTED, "_save": "1"})

    assert "Revert" not in page
    assert answer.status_code == 403
    assert business_profile().name == "Red Oak"


def test_who_only_reads_sees_no_field(client: Client, agent: User) -> None:
    client.force_login(agent)

    page = client.get(PROFILE).content.decode()

    assert 'name="help_text"' not in page
    assert "confirm_danger" not in page


def test_saving_the_same_again_leaves_no_trace(by: Actor, at: datetime) -> None:
    wanted = {"name": "Us", "help_text": "?", "opt_in_on_any_message": False}

    profile.update_profile(**wanted, by=by, at=at)
    profile.update_profile(**wanted, by=by, at=at)

    assert BusinessProfile.history.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone", "not a time zone"),
        ({"default_region": "ZZ"}, "default_region", "two letters"),
        ({"holiday_country": "ZZ"}, "holiday_country", "No public holidays"),
        ({"holiday_region": "XX"}, "holiday_region", "No public holidays"),
        ({"sms_opt_out_line": "Bye"}, "sms_opt_out_line", "has to offer STOP"),
        ({"soft_bounce_spread_days": 91}, "soft_bounce_spread_days", "shorter than the weeks"),
        ({"hold_business_days": 10}, "hold_business_days", "At most 9"),
        ({"delivery_retention_days": 1}, "delivery_retention_days", "At least 7"),
    ],
)
def test_what_can_not_be_is_refused_with_its_field(
    changes: dict[str, str | int], field: str, told: str, by: Actor, at: datetime
) -> None:
    with pytest.raises(ValidationError) as refused:
        profile.update_profile(**changes, by=by, at=at)

    assert told in str(refused.value.message_dict[field])
    assert not BusinessProfile.objects.exists()


def test_the_form_refuses_it_beside_the_field(desk: Client) -> None:
    page = desk.post(PROFILE, {**WANTED, "default_region": "zz"}).content.decode()

    assert "No phone numbers are known for “ZZ”" in page


def test_the_profile_wins_over_the_environment(settings: Settings, ada: Contact, by: Actor, at: datetime) -> None:
    settings.TIME_ZONE, settings.DEFAULT_REGION, settings.SOFT_BOUNCE_LIMIT = "Asia/Tokyo", "JP", 4
    assert (time_zone().key, default_region(), persistence_in_force().limit) == ("Asia/Tokyo", "JP", 4)

    profile.update_profile(time_zone="Europe/Paris", default_region="FR", soft_bounce_limit=3, by=by, at=at)
    add_address(contact_id=ada.pk, address=NewAddress(AddressKind.PHONE, "01 42 68 53 00"), by=by, at=at)

    assert (time_zone().key, default_region(), persistence_in_force().limit) == ("Europe/Paris", "FR", 3)
    assert Address.objects.filter(value="+33142685300").exists()


def test_a_page_tells_times_as_the_business_reads_them(desk: Client, by: Actor, at: datetime) -> None:
    profile.connect_channel(channel=Channel.SMS, by=by, at=at)
    profile.update_profile(time_zone="Asia/Tokyo", by=by, at=at)

    assert "21 Nov 2026, 21:00" in desk.get(CHANNEL).content.decode()


def test_a_held_message_waits_as_long_as_the_profile_says(by: Actor, at: datetime) -> None:
    profile.update_profile(hold_business_days=1, holiday_country="", time_zone="UTC", by=by, at=at)

    saturday = at
    assert calendar().hold_due_at(saturday) == saturday + timedelta(days=2)


def test_a_business_without_a_name_is_refused(by: Actor, at: datetime) -> None:
    with pytest.raises(ValidationError, match="name"):
        profile.update_profile(name="", help_text="?", opt_in_on_any_message=False, by=by, at=at)


def test_a_channel_is_connected_and_disconnected_and_keeps_its_flags(
    desk: Client, compliance: User, ada: Contact, by: Actor, at: datetime
) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at)
    before = list(Suppression.objects.values())

    desk.post(f"{CHANNEL}sms/connect/", {"provider": "twilio", "account": "AC1"})
    assert connected_channels() == {Channel.SMS}
    page = desk.post(f"{CHANNEL}sms/disconnect/", follow=True).content.decode()

    assert connected_channels() == frozenset()
    assert "SMS is disconnected. Every flag there is kept" in page
    assert list(Suppression.objects.values()) == before
    kept = ChannelState.history.order_by("history_id").values_list("connected", "history_user", "history_change_reason")
    told = f"by user:{compliance.pk}"
    assert list(kept) == [(True, compliance.pk, f"connected {told}"), (False, compliance.pk, f"disconnected {told}")]


def test_the_retired_channel_is_never_connected(desk: Client) -> None:
    page = desk.post(f"{CHANNEL}gmb/connect/", follow=True).content.decode()

    assert "was ended by its provider" in page
    assert not ChannelState.objects.filter(channel="gmb", connected=True).exists()
    assert "Connect Google Business Messages" not in page


@pytest.mark.parametrize("channel", ["all", "pigeon"])
def test_what_is_no_channel_is_not_found(desk: Client, channel: str) -> None:
    assert desk.post(f"{CHANNEL}{channel}/connect/").status_code == 404


def test_all_is_no_channel_for_the_verb_either(by: Actor, at: datetime) -> None:
    with pytest.raises(profile.ChannelRefused, match="no channel"):
        profile.connect_channel(channel=Channel.ALL, by=by, at=at)


def test_switching_to_what_is_already_so_leaves_no_trace(compliance: User, at: datetime) -> None:
    by = actor(compliance)

    profile.disconnect_channel(channel=Channel.SMS, by=by, at=at)
    profile.connect_channel(channel=Channel.SMS, by=by, at=at, provider="twilio")
    profile.connect_channel(channel=Channel.SMS, by=by, at=at)

    assert ChannelState.history.count() == 1
    assert ChannelState.objects.get().provider == "twilio"


def test_every_channel_is_on_the_page_whether_it_has_a_row_or_not(desk: Client) -> None:
    page = desk.get(CHANNEL).content.decode()

    assert all(channel.label.replace("&", "&amp;") in page for channel in CHANNELS)


def test_a_provider_too_long_is_refused(desk: Client) -> None:
    page = desk.post(f"{CHANNEL}sms/connect/", {"provider": "x" * 41}, follow=True).content.decode()

    assert "too long" in page
    assert connected_channels() == frozenset()
