"""A contact in HighLevel's shape, read and written: `active` means that DND is on."""

from __future__ import annotations

from typing import Any

import pytest

from config.api.vocabulary import Scope
from consent.models import LedgerEntry, Suppression
from contacts.models import Address, Contact
from tests.api.conftest import Caller, MakeKey, ledger, problem
from tests.factories.contacts import make_contact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]


def one(contact: Contact) -> str:
    return f"contacts/{contact.public_id}/?shape=highlevel"


def settings(told: dict[str, Any]) -> dict[str, str]:
    return {name: each["status"] for name, each in told["dndSettings"].items() if each["status"] != "inactive"}


def test_what_stands_is_told_in_their_words(shop: Caller, ada: Contact) -> None:
    path = f"contacts/{ada.public_id}/dnd/"
    shop.put(f"{path}sms/", {"dnd": True, "contact_asked": True, "note": "Asked"})
    shop.put(f"{path}email/", {"dnd": True})

    told = shop.get(one(ada)).json()

    assert (told["firstName"], told["phone"], told["email"]) == ("Ada", "+15035550101", "ada@example.com")
    assert (told["dnd"], settings(told)) == (False, {"SMS": "permanent", "Email": "active"})
    assert told["dndSettings"]["SMS"]["code"] == "opt_out"
    assert told["inboundDndSettings"] == {"all": {"status": "inactive", "message": ""}}
    assert shop.get("contacts/?shape=highlevel").json()["results"] == [told]


def test_what_was_read_is_written_back_without_a_trace(shop: Caller, ada: Contact) -> None:
    shop.put(f"contacts/{ada.public_id}/dnd/sms/", {"dnd": True, "contact_asked": True, "note": "Asked"})
    told, before = shop.get(one(ada)).json(), ledger()
    body = {name: value for name, value in told.items() if name not in {"id", "dateAdded", "dateUpdated"}}

    again = shop.patch(one(ada), body)

    assert again.json() == told
    assert ledger() == before


def test_one_thing_is_changed_and_the_rest_stays(shop: Caller, ada: Contact) -> None:
    setting = {"status": "active", "message": "Rude in March"}
    told = shop.patch(one(ada), {"companyName": "Engines", "dndSettings": {"Call": setting}}).json()

    assert (told["companyName"], settings(told)) == ("Engines", {"Call": "active"})
    assert ledger() == [("api_dnd_on", "set", "call", "", "integration:Shop")]
    told = shop.patch(one(ada), {"dndSettings": {"Call": {"status": "inactive"}}}).json()
    assert settings(told) == {}


def test_permanent_is_an_opt_out_of_the_contact(shop: Caller, ada: Contact) -> None:
    told = shop.patch(one(ada), {"dndSettings": {"WhatsApp": {"status": "permanent"}}}).json()

    assert settings(told) == {"WhatsApp": "permanent"}
    assert ledger()[0][:3] == ("staff_opt_out", "set", "whatsapp")


def test_inactive_over_a_permanent_one_is_refused_and_nothing_changes(shop: Caller, ada: Contact) -> None:
    path = f"contacts/{ada.public_id}/dnd/"
    shop.put(f"{path}sms/", {"dnd": True, "contact_asked": True, "note": "Asked"})
    shop.put(f"{path}email/", {"dnd": True})
    shop.put(f"{path}call/?direction=inbound", {"dnd": True})
    before = shop.get(one(ada)).json()

    off = {"SMS": {"status": "inactive"}, "Email": {"status": "inactive"}, "FB": {"status": "active"}}
    body = {"lastName": "King", "dndSettings": off, "inboundDndSettings": {"all": {"status": "inactive"}}}
    refused = shop.patch(one(ada), body)

    assert problem(refused, 409, "permanent_dnd")["reasons"][0]["code"] == "opt_out"
    assert shop.get(one(ada)).json() == before
    assert "refused" in {row[1] for row in ledger(kind="staff_lift")}
    assert "lifted" not in {row[1] for row in ledger(kind="staff_lift")}


def test_dnd_is_all_channels_on_and_off(shop: Caller, ada: Contact) -> None:
    on = shop.patch(one(ada), {"dnd": True, "dndSettings": {"GMB": {"status": "inactive"}}}).json()
    assert (on["dnd"], set(settings(on))) == (True, {"Call", "Email", "SMS", "WhatsApp", "FB"})

    off = shop.patch(one(ada), {"dnd": False}).json()
    assert (off["dnd"], settings(off)) == (False, {})
    assert len(ledger(effect="set")) == len(ledger(effect="lifted")) == 5


def test_do_not_contact_goes_with_all_channels_only(shop: Caller, ada: Contact) -> None:
    shop.put(f"contacts/{ada.public_id}/do-not-contact/", {"on": True})
    problem(shop.patch(one(ada), {"dndSettings": {"SMS": {"status": "inactive"}}}), 422, "invalid")

    assert shop.patch(one(ada), {"dnd": False}).json()["dnd"] is False
    assert ledger()[-1][:3] == ("staff_lift", "lifted", "all")


def test_what_comes_in_is_switched_too(shop: Caller, ada: Contact) -> None:
    for status in ("active", "inactive"):
        told = shop.patch(one(ada), {"inboundDndSettings": {"all": {"status": status}}}).json()
        assert told["inboundDndSettings"]["all"]["status"] == status
    assert {row[2] for row in ledger()} == {"sms", "call"}


def test_a_new_number_takes_the_place_of_the_primary_one_and_others_stay(shop: Caller, ada: Contact) -> None:
    shop.post(
        "contacts/?upsert=address",
        {"addresses": [{"kind": "phone", "value": "+15035550101"}, {"kind": "phone", "value": "+15035550122"}]},
    )

    told = shop.patch(one(ada), {"phone": "(503) 555-0133", "email": ""}).json()

    held = set(ada.held_addresses.values_list("address__value", "is_primary"))
    assert held == {("+15035550133", True), ("+15035550122", False)}
    assert (told["phone"], told["email"]) == ("+15035550133", "")


def test_an_upsert_in_their_shape_silences_from_the_first_second(shop: Caller, ada: Contact) -> None:
    body = {"phone": "+1 503 555 0144", "firstName": "Gus", "dndSettings": {"SMS": {"status": "active"}}}
    made = shop.post("contacts/?upsert=address&shape=highlevel", body)
    again = shop.post("contacts/?upsert=address&shape=highlevel", {**body, "firstName": "Gustav"})

    assert (made.status_code, again.status_code, again.json()["firstName"]) == (201, 200, "Gustav")
    assert settings(again.json()) == {"SMS": "active"}
    assert len(ledger()) == 1


@pytest.mark.parametrize("way", ["patch", "upsert"])
def test_a_no_that_comes_with_a_new_number_is_of_that_number_too(shop: Caller, ada: Contact, way: str) -> None:
    body = {
        "phone": "+15035550177",
        "email": "ada@example.com",
        "dndSettings": {"SMS": {"status": "permanent"}},
    }
    if way == "patch":
        shop.patch(one(ada), body)
    else:
        shop.post("contacts/?upsert=address&shape=highlevel", body)

    silenced = set(Suppression.objects.values_list("address__value", "contact_id", "channel", "kind"))
    assert silenced == {(number, ada.pk, "sms", "permanent") for number in ("+15035550101", "+15035550177")}
    assert {row[:3] for row in ledger(kind="staff_opt_out")} == {("staff_opt_out", "set", "sms")}
    shop.patch(f"contacts/{ada.public_id}/", {"addresses": []})
    somebody = make_contact("Somebody", phone="+15035550177")
    asked = {"channel": "sms", "purpose": "conversational", "contacts": [str(somebody.public_id)]}
    assert shop.post("decisions/", asked).json()["results"][0]["allowed"] is False


def test_a_contact_that_would_be_free_of_what_stands_is_not_made(shop: Caller, ada: Contact) -> None:
    shop.put(f"contacts/{ada.public_id}/dnd/sms/", {"dnd": True, "contact_asked": True, "note": "Asked"})

    body = {"phone": "+15035550101", "dndSettings": {"SMS": {"status": "inactive"}}}
    problem(shop.post("contacts/?shape=highlevel", body), 409, "permanent_dnd")

    assert Contact.objects.count() == 1
    refused = LedgerEntry.objects.get(effect="refused")
    assert (refused.kind, refused.code, refused.contact_id) == ("staff_lift", "permanent_dnd", None)
    assert Address.objects.get(pk=refused.address_id).value == "+15035550101"
    assert refused.actor == "integration:Shop"


def test_their_shape_needs_the_scopes_of_dnd(with_scopes: MakeKey, ada: Contact) -> None:
    reader = with_scopes(Scope.CONTACTS_READ, Scope.CONTACTS_WRITE)
    problem(reader.get(one(ada)), 403, "missing_scope")

    writer = with_scopes(Scope.CONTACTS_WRITE, Scope.DND_READ)
    assert writer.patch(one(ada), {"firstName": "A"}).status_code == 200
    problem(writer.patch(one(ada), {"dnd": True}), 403, "missing_scope")
    assert ledger() == []


def test_what_their_shape_does_not_have_is_refused(shop: Caller, ada: Contact) -> None:
    for body in (
        {"first_name": "A"},
        {"id": "x"},
        {"dndSettings": {"Fax": {"status": "active"}}},
        {"dndSettings": {"SMS": {"status": "on"}}},
        {"phone": "12"},
    ):
        problem(shop.patch(one(ada), body), 422, "invalid")
    problem(shop.get(f"contacts/{ada.public_id}/?shape=other"), 422, "invalid")
