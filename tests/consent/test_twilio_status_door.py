"""The status door: codes that staff may adjust, callbacks in any order and number, and flags of a number."""

from __future__ import annotations

import io
from itertools import permutations
from urllib.parse import urlencode

import pytest
from django.test import Client

from consent.models import Delivery, LedgerEntry, ProviderCode, Suppression
from consent.selectors import decide
from consent.selectors.address_flags import FLAGS, address_flags
from consent.selectors.codes import code_meanings, status_effects
from consent.selectors.decisions import Subject
from consent.services import codes, dnd
from consent.services.codes import UnableToChangeCode
from consent.values import GateRequest
from consent.vocabulary import Channel, EventKind, Purpose, Reason
from contacts.models import Address, Contact
from contacts.values import Actor
from tests.consent.doors import FORM, INBOUND, STATUS, callback, knock, sid, sms, twilio_signature
from tests.factories.contacts import LONG_AGO

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]


def may_text(contact: Contact) -> bool:
    return decide(GateRequest(Channel.SMS, Purpose.MARKETING), Subject(contact_id=contact.pk)).decision.allowed


def number(value: str = "+15035550101") -> int:
    return Address.objects.get(value=value).pk


def test_a_code_means_what_staff_say_from_then_on(ada: Contact, bo: Contact, by: Actor) -> None:
    knock(STATUS, callback("+15035550101", "30003"))

    codes.change_code(
        provider="twilio", code="30003", event_kind=EventKind.STATUS_OTHER, why="Often passing", by=by, at=LONG_AGO
    )
    knock(STATUS, callback("+15035550102", "30003"))

    assert not may_text(ada)
    assert may_text(bo)
    assert LedgerEntry.objects.latest("id").kind == "status_other"


def test_staff_may_teach_a_code_that_does_not_ship(ada: Contact, by: Actor) -> None:
    codes.change_code(
        provider="twilio", code="30009", event_kind=EventKind.CARRIER_BLOCK, why="As 30004", by=by, at=LONG_AGO
    )

    knock(STATUS, callback("+15035550101", "30009"))

    assert Suppression.objects.get(lifted_at=None, contact=ada).reason == "carrier_block"


def test_a_change_is_kept_with_who_when_and_why_and_can_be_taken_back(by: Actor) -> None:
    for why in ("Often passing", "Often passing", "Seldom lasting"):
        codes.change_code(
            provider="twilio", code="30003", event_kind=EventKind.STATUS_OTHER, why=why, by=by, at=LONG_AGO
        )
    assert code_meanings("twilio")["30003"].is_changed

    codes.reset_code(provider="twilio", code="30003", why="It lasts after all", by=by, at=LONG_AGO)

    meaning = code_meanings("twilio")["30003"]
    assert (meaning.is_changed, meaning.effect.event_kind) == (False, EventKind.HANDSET_UNREACHABLE)
    told = ProviderCode.history.order_by("history_id")
    assert list(told.values_list("history_type", flat=True)) == ["+", "~", "-"]
    assert {row.history_user_id for row in told} == {by.user_id}
    assert "It lasts after all" in told.last().history_change_reason


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"provider": "nobody"}, "provider"),
        ({"code": "STOP"}, "code"),
        ({"event_kind": EventKind.STAFF_LIFT}, "event_kind"),
        ({"why": "  "}, "why"),
        ({"why": "x" * 301}, "why"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_by_name(by: Actor, change: dict[str, str], field: str) -> None:
    wanted = {"provider": "twilio", "code": "30003", "event_kind": EventKind.STATUS_OTHER, "why": "So", **change}

    with pytest.raises(UnableToChangeCode) as refusal:
        codes.change_code(**wanted, by=by, at=LONG_AGO)

    assert refusal.value.field == field
    assert not ProviderCode.objects.exists()


def test_what_ships_can_not_be_reset_again(by: Actor) -> None:
    with pytest.raises(UnableToChangeCode, match="ships already"):
        codes.reset_code(provider="twilio", code="30003", why="Again", by=by, at=LONG_AGO)
    with pytest.raises(UnableToChangeCode, match="taken back"):
        codes.reset_code(provider="twilio", code="30003", why="", by=by, at=LONG_AGO)


def test_every_provider_has_its_shipped_codes() -> None:
    assert set(status_effects("twilio")) == {"30003", "30004", "30005", "30006", "21610", "63014", "63050"}
    assert set(status_effects("meta")) == {"131050"}


@pytest.mark.parametrize("order", list(permutations(["queued", "sent", "failed", "delivered"]))[::5])
def test_callbacks_in_any_order_and_number_end_the_same(ada: Contact, order: tuple[str, ...]) -> None:
    message = sid()
    for status in (*order, *reversed(order)):
        code = "30005" if status == "failed" else ""
        assert knock(STATUS, callback("+15035550101", code, status=status, MessageSid=message)).status_code == 204

    assert Delivery.objects.count() == 4
    assert [row.reason for row in Suppression.objects.filter(lifted_at=None)] == ["unknown_number"]
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize("heard_first", ["accepted", "queued", "sending", "sent"])
@pytest.mark.parametrize("code", ["21610", "30003", "30004", "30005", "30006"])
def test_a_late_code_for_a_message_older_than_a_start_changes_nothing(
    ada: Contact, heard_first: str, code: str
) -> None:
    message = sid()
    knock(STATUS, callback("+15035550101", "", status=heard_first, MessageSid=message))
    knock(INBOUND, sms("+15035550101", "START"))

    knock(STATUS, callback("+15035550101", code, MessageSid=message))

    assert may_text(ada)
    assert LedgerEntry.objects.latest("id").effect == "superseded"


def test_a_code_for_a_message_newer_than_a_start_counts(ada: Contact) -> None:
    knock(INBOUND, sms("+15035550101", "START"))
    message = sid()
    knock(STATUS, callback("+15035550101", "", status="sent", MessageSid=message))

    knock(STATUS, callback("+15035550101", "21610", MessageSid=message))

    assert not may_text(ada)


def test_a_carriers_own_time_older_than_a_start_counts_as_older(ada: Contact) -> None:
    knock(INBOUND, sms("+15035550101", "START"))

    knock(STATUS, callback("+15035550101", "30004", RawDlrDoneDate="2601050900"))

    assert may_text(ada)


def test_another_recipient_under_the_same_status_is_a_conflict(ada: Contact) -> None:
    message = sid()
    knock(STATUS, callback("+15035550101", "30005", MessageSid=message))

    answer = knock(STATUS, callback("+15035550102", "30005", MessageSid=message))

    assert answer.status_code == 409
    assert set(Delivery.objects.values_list("status", flat=True)) == {"processed", "conflict"}


@pytest.mark.parametrize(("code", "channel"), [("63050", "whatsapp"), ("63014", "facebook"), ("63014", "whatsapp")])
def test_an_apps_own_code_silences_the_app(ada: Contact, code: str, channel: str) -> None:
    to = "messenger:3699000000000456" if channel == "facebook" else "whatsapp:+15035550101"

    knock(STATUS, callback(to, code, status="failed"))

    assert {(row.channel, row.reason) for row in Suppression.objects.all()} == {(channel, "opt_out")}
    assert may_text(ada)


def test_an_apps_own_code_says_nothing_about_text_messages(ada: Contact) -> None:
    knock(STATUS, callback("+15035550101", "63050"))

    assert may_text(ada)


def test_a_number_carries_the_flags_that_carriers_and_people_gave_it(ada: Contact, bo: Contact) -> None:
    knock(STATUS, callback("+15035550101", "30006"))
    knock(STATUS, callback("+15035550101", "30005"))
    knock(STATUS, callback("+15035550101", "30004"))
    knock(INBOUND, sms("+15035550102", "Wrong number"))

    flags = address_flags([number(), number("+15035550102")])

    assert flags == {
        number(): (Reason.LANDLINE, Reason.UNKNOWN_NUMBER),
        number("+15035550102"): (Reason.WRONG_NUMBER,),
    }
    assert all(FLAGS[flag] for each in flags.values() for flag in each)


def test_a_flag_goes_when_staff_clear_what_it_stands_for(ada: Contact, by: Actor) -> None:
    knock(STATUS, callback("+15035550101", "30006"))

    dnd.lift(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=Suppression.objects.get().recorded_at)

    assert address_flags([number()]) == {}


@pytest.mark.parametrize(("size", "status"), [(0, 200), (2_000_000, 413)])
def test_a_body_in_chunks_without_a_length_is_read_whole_or_refused_by_its_size(
    ada: Contact, size: int, status: int
) -> None:
    form = sms("+15035550101", "STOP", Padding="x" * size)
    server_hands_on = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": INBOUND,
        "CONTENT_TYPE": FORM,
        "HTTP_TRANSFER_ENCODING": "chunked",
        "HTTP_X_TWILIO_SIGNATURE": twilio_signature(INBOUND, list(form.items())),
        "wsgi.input": io.BytesIO(urlencode(form).encode()),
        "wsgi.input_terminated": True,
    }

    assert Client().request(**server_hands_on).status_code == status

    assert may_text(ada) is (status == 413)
