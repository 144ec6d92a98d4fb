"""DND over HTTP: what is set, cleared and refused, and what the ledger says of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from consent.models import Suppression
from consent.services.dnd import record_verbal_opt_out
from consent.services.profile import update_profile
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, EventKind, Source
from contacts.models import Contact
from contacts.services import delete_contact
from contacts.values import SYSTEM, Actor
from tests.api.conftest import Caller, ledger, problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

SHOP = "integration:Shop"


def dnd(contact: Contact, channel: str = "") -> str:
    return f"contacts/{contact.public_id}/dnd/{channel and channel + '/'}"


def text_stop(contact: Contact, at: datetime) -> None:
    address = contact.held_addresses.get(kind="phone").address_id
    event = ConsentEvent(EventKind.TEXT_OPT_OUT, (Channel.SMS,), at, Source.CONTACT, detail="STOP")
    record_event(event=event, address_id=address, by=SYSTEM, at=at)


def test_nothing_stands_for_somebody_reachable(shop: Caller, ada: Contact) -> None:
    told = shop.get(dnd(ada)).json()

    assert (told["contact"], told["status"], told["blocked"]) == (str(ada.public_id), "off", False)
    assert set(told["channels"]) == {"sms", "call", "email", "whatsapp", "facebook", "gmb"}
    assert {each["status"] for each in (*told["channels"].values(), *told["inbound"].values())} == {"off"}


def test_an_integration_silences_a_channel_under_its_name(shop: Caller, ada: Contact) -> None:
    ends = (timezone.now() + timedelta(days=7)).isoformat()
    told = shop.put(dnd(ada, "sms"), {"dnd": True, "note": "On holiday", "expires_at": ends}).json()

    assert (told["changed"], told["status"]) == (True, "partial")
    reason = told["channels"]["sms"]["reasons"][0]
    assert (reason["code"], reason["kind"], reason["rule"]) == ("manual", "temporary", "R25")
    assert reason["text"].startswith("Switched on by an integration on ")
    assert reason["expires_at"].endswith("Z")
    assert reason["lifted_by"] == ["staff", "expiry"]
    assert ledger() == [("api_dnd_on", "set", "sms", "", SHOP)]


def test_what_is_on_already_is_recorded_as_unchanged(shop: Caller, ada: Contact) -> None:
    shop.put(dnd(ada, "sms"), {"dnd": True})

    assert shop.put(dnd(ada, "sms"), {"dnd": True}).json()["changed"] is False
    assert [row[1] for row in ledger()] == ["set", "unchanged"]


def test_all_channels_are_silenced_and_cleared_together(shop: Caller, ada: Contact) -> None:
    assert shop.put(dnd(ada, "all"), {"dnd": True}).json()["status"] == "on"
    assert shop.put(dnd(ada, "all"), {"dnd": False}).json()["status"] == "off"

    assert [row[:2] for row in ledger()] == [("api_dnd_on", "set")] * 6 + [("staff_lift", "lifted")] * 6


def test_what_comes_in_is_refused_by_direction(shop: Caller, ada: Contact) -> None:
    told = shop.put(f"{dnd(ada, 'call')}?direction=inbound", {"dnd": True}).json()

    assert (told["inbound"]["call"]["status"], told["channels"]["call"]["status"]) == ("temporary", "off")
    problem(shop.put(f"{dnd(ada, 'email')}?direction=inbound", {"dnd": True}), 422, "invalid")
    problem(shop.put(f"{dnd(ada, 'call')}?direction=sideways", {"dnd": True}), 422, "invalid")
    assert ledger() == [("api_dnd_on", "set", "call", "", SHOP)]


def test_what_the_contact_asked_for_is_permanent_and_stays(shop: Caller, ada: Contact) -> None:
    told = shop.put(dnd(ada, "sms"), {"dnd": True, "note": "Asked in the shop", "contact_asked": True}).json()
    assert told["channels"]["sms"]["status"] == "permanent"
    assert told["channels"]["sms"]["reasons"][0]["rule"] == "R14"

    refused = problem(shop.put(dnd(ada, "sms"), {"dnd": False, "note": "again"}), 409, "permanent_dnd")

    assert refused["reasons"][0]["lifted_by"] == ["contact_opt_in", "approved_evidence"]
    assert "recorded by an integration" in refused["detail"]
    assert refused["errors"][0]["field"] == "sms"
    assert Suppression.objects.filter(lifted_at=None).count() == Suppression.objects.count() > 0
    assert ledger()[-1] == ("staff_lift", "refused", "sms", "permanent_dnd", SHOP)


def test_clearing_everything_changes_nothing_where_one_reason_stays(shop: Caller, ada: Contact) -> None:
    shop.put(dnd(ada, "email"), {"dnd": True})
    text_stop(ada, timezone.now())

    refused = problem(shop.put(dnd(ada, "all"), {"dnd": False}), 409, "permanent_dnd")

    assert [each["code"] for each in refused["reasons"]] == ["opt_out"]
    assert shop.get(dnd(ada)).json()["channels"]["email"]["status"] == "temporary"
    assert {row[1] for row in ledger(kind="staff_lift")} == {"refused", "kept"}


def test_an_opt_out_needs_a_note_and_never_ends(shop: Caller, ada: Contact) -> None:
    asked = {"dnd": True, "contact_asked": True}
    soon, later = timezone.now() + timedelta(hours=1), "2030-01-01T00:00:00Z"

    for wrong, field in [
        (asked, "note"),
        ({**asked, "note": "x", "expires_at": later}, "expires_at"),
        ({**asked, "note": "x", "asked_at": soon.isoformat()}, "asked_at"),
        ({"dnd": False, "contact_asked": True}, "contact_asked"),
        ({"dnd": False, "expires_at": later}, "expires_at"),
        ({"dnd": True, "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"dnd": True, "expires_at": "2030-01-01T00:00:00"}, "expires_at"),
        ({"dnd": True, "attest": {"address_validated": True}}, "attest"),
        ({"dnd": "yes"}, "dnd"),
        ({"dnd": True, "note": 5}, "note"),
        ({"dnd": True, "note": "\x00"}, "note"),
        ({"dnd": False, "attest": {"guilty": True}}, "attest.guilty"),
        ({}, "dnd"),
    ]:
        told = problem(shop.put(dnd(ada, "sms"), wrong), 422, "invalid")
        assert [each["field"] for each in told["errors"]] == [field], wrong
    assert ledger() == []


def test_a_day_is_that_of_the_business_wherever_it_is_told(shop: Caller, ada: Contact, by: Actor, at: datetime) -> None:
    update_profile(time_zone="Pacific/Honolulu", by=by, at=at)
    asked = {"dnd": True, "contact_asked": True, "note": "Called", "asked_at": "2026-01-02T03:00:00Z"}
    question = {"channel": "sms", "purpose": "marketing", "contacts": [str(ada.public_id)]}

    set_ = shop.put(dnd(ada, "sms"), asked).json()["channels"]["sms"]["reasons"]
    decided = shop.post("decisions/", question).json()["results"][0]["reasons"]
    refused = problem(shop.put(dnd(ada, "sms"), {"dnd": False}), 409, "permanent_dnd")

    assert {each["text"] for each in (*set_, *decided, *refused["reasons"])} == {
        "Asked us to stop, recorded by an integration on 1 Jan 2026"
    }
    assert "on 1 Jan 2026. This DND is permanent" in refused["errors"][0]["detail"]
    assert refused["detail"].endswith("or with approved opt-in evidence. POST evidence/ files it.")
    assert ledger()[-1] == ("staff_lift", "refused", "sms", "permanent_dnd", SHOP)


def test_a_bounce_is_cleared_with_its_two_statements(shop: Caller, ada: Contact) -> None:
    now = timezone.now()
    address = ada.held_addresses.get(kind="email").address_id
    event = ConsentEvent(EventKind.EMAIL_BOUNCE, (Channel.EMAIL,), now, Source.PROVIDER)
    record_event(event=event, address_id=address, by=SYSTEM, at=now)

    refused = problem(shop.put(dnd(ada, "email"), {"dnd": False}), 409, "attestation_required")
    assert "takes it in attest: provider_entry_removed, address_validated." in refused["detail"]
    attest = {"provider_entry_removed": True, "address_validated": True}
    told = shop.put(dnd(ada, "email"), {"dnd": False, "attest": attest}).json()

    assert told["channels"]["email"]["status"] == "off"
    assert [row[1:4] for row in ledger(kind="staff_lift")] == [
        ("refused", "email", "attestation_required"),
        ("lifted", "email", ""),
    ]


def test_do_not_contact_stands_on_every_channel(shop: Caller, ada: Contact) -> None:
    path = f"contacts/{ada.public_id}/do-not-contact/"
    told = shop.put(path, {"on": True, "note": "Complained"}).json()

    assert told["do_not_contact"] is True
    assert {each["status"] for each in told["channels"].values()} == {"temporary"}
    assert told["channels"]["email"]["reasons"][0]["channel"] == "all"
    assert shop.put(path, {"on": False}).json()["do_not_contact"] is False
    assert [row[:3] for row in ledger()] == [("do_not_contact_on", "set", "all"), ("staff_lift", "lifted", "all")]
    assert {row[4] for row in ledger()} == {SHOP}


def test_what_the_contact_chose_as_never_stays(shop: Caller, ada: Contact) -> None:
    now = timezone.now()
    event = ConsentEvent(EventKind.PREFERENCE_NEVER, (Channel.ALL,), now, Source.CONTACT)
    record_event(event=event, contact_id=ada.pk, by=SYSTEM, at=now)

    problem(shop.put(f"contacts/{ada.public_id}/do-not-contact/", {"on": False}), 409, "permanent_dnd")

    assert ledger()[-1][:4] == ("staff_lift", "refused", "all", "permanent_dnd")


def test_a_block_comes_first_and_leaves_its_opt_out(shop: Caller, ada: Contact) -> None:
    path = f"contacts/{ada.public_id}/block/"
    assert shop.put(path, {"on": True, "note": "Threats"}).json()["blocked"] is True

    problem(shop.put(dnd(ada, "sms"), {"dnd": False, "note": "x"}), 409, "blocked_contact")
    unblocked = shop.put(path, {"on": False}).json()

    assert (unblocked["blocked"], unblocked["channels"]["sms"]["status"]) == (False, "temporary")
    problem(shop.put(dnd(ada, "sms"), {"dnd": False}), 409, "note_required")
    assert shop.put(dnd(ada, "sms"), {"dnd": False, "note": "Asked to"}).json()["status"] == "off"
    assert {row[4] for row in ledger()} == {SHOP}


def test_a_change_is_made_only_to_what_was_seen(shop: Caller, ada: Contact, by: Actor, at: datetime) -> None:
    seen = shop.get(dnd(ada)).headers["ETag"]
    record_verbal_opt_out(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at, note="Asked")
    before = ledger()

    problem(shop.put(dnd(ada, "call"), {"dnd": True}, If_Match=seen), 412, "precondition_failed")
    problem(shop.put(f"contacts/{ada.public_id}/block/", {"on": True}, If_Match=seen), 412, "precondition_failed")

    assert ledger() == before
    newer = shop.get(dnd(ada)).headers["ETag"]
    done = shop.put(dnd(ada, "call"), {"dnd": True}, If_Match=f'"other", W/{newer}')
    assert done.status_code == 200
    assert done.headers["ETag"] == shop.get(dnd(ada)).headers["ETag"] != newer


def test_who_is_not_there_can_not_be_changed(shop: Caller, ada: Contact, bo: Contact, by: Actor, at: datetime) -> None:
    delete_contact(contact_id=bo.pk, by=by, at=at)

    for path in (f"contacts/{uuid4()}/dnd/", f"contacts/{bo.public_id}/dnd/", f"contacts/{ada.pk}/dnd/"):
        problem(shop.get(path), 404, "not_found")
    problem(shop.put(dnd(bo, "sms"), {"dnd": True}), 404, "not_found")
    problem(shop.put(dnd(ada, "fax"), {"dnd": True}), 404, "not_found")
    assert ledger() == []


def test_a_person_acts_as_staff_under_their_own_rules(agent: User, marketing: User, ada: Contact) -> None:
    client = Client()
    client.force_login(agent)
    done = client.put(f"/api/v1/{dnd(ada, 'sms')}", {"dnd": True}, content_type="application/json")
    client.force_login(marketing)
    refused = client.put(f"/api/v1/{dnd(ada, 'sms')}", {"dnd": False}, content_type="application/json")

    assert done.json()["channels"]["sms"]["reasons"][0]["rule"] == "R15"
    problem(refused, 403, "missing_permission")
    assert ledger() == [("dnd_on", "set", "sms", "", f"user:{agent.pk}")]


@pytest.mark.parametrize(
    ("kind", "channel", "code"),
    [
        (EventKind.EMAIL_UNSUBSCRIBE, Channel.EMAIL, "later_consent_required"),
        (EventKind.TEXT_AMBIGUOUS, Channel.SMS, "review_pending"),
    ],
)
def test_an_unsubscribe_wants_later_consent_and_a_held_text_its_review(
    shop: Caller, ada: Contact, kind: EventKind, channel: Channel, code: str
) -> None:
    now = timezone.now()
    address = ada.held_addresses.get(kind="email" if channel is Channel.EMAIL else "phone").address_id
    event = ConsentEvent(kind, (channel,), now, Source.PROVIDER if channel is Channel.EMAIL else Source.CONTACT)
    record_event(event=event, address_id=address, by=SYSTEM, at=now)

    told = problem(shop.put(dnd(ada, channel), {"dnd": False, "note": "x"}), 409, code)

    assert told["reasons"][0]["channel"] == channel
    assert ("staff_lift", "refused", channel, code, SHOP) in ledger()
