"""The DND panel: every button, who may press it, and what the ledger says afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from config.contact_desk.fingerprint import fingerprint
from consent import selectors
from consent.models import LedgerEntry, Suppression
from consent.selectors.dnd import contact_dnd
from consent.services import dnd
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, DndStatus, EventKind, Kind, Reason, Source
from contacts.drafts import NewAddress
from contacts.models import Contact
from contacts.services import add_address, delete_contact
from contacts.values import SYSTEM
from contacts.vocabulary import AddressKind
from tests.config.desk import as_user, page, press, said
from tests.conftest import actor

pytestmark = pytest.mark.django_db

STOPPED_AT = datetime(2026, 10, 2, 9, 0, tzinfo=UTC)


def happens(contact: Contact, kind: EventKind, channel: Channel, at: datetime = STOPPED_AT, **more: str) -> None:
    address_id = selectors.addresses_by_channel(contact.pk)[channel][0]
    record_event(
        event=ConsentEvent(kind, (channel,), at, Source.CONTACT, **more), address_id=address_id, by=SYSTEM, at=at
    )


def written() -> list[tuple[str, str, str]]:
    return list(LedgerEntry.objects.order_by("id").values_list("kind", "effect", "code"))


def standing(reason: Reason) -> Suppression:
    return Suppression.objects.get(reason=reason, lifted_at=None)


def test_one_press_silences_a_channel_and_the_next_opens_it(ada: Contact, agent: User, connected: None) -> None:
    client = as_user(agent)

    on = press(client, ada, "on", channel="sms", direction="outbound")
    off = press(client, ada, "clear-channel", channel="sms", direction="outbound")

    assert said(on) == "SMS is silenced until somebody clears it."
    assert said(off) == "DND cleared on SMS (switched on by staff). Nothing silences it any more."
    assert written() == [("dnd_on", "set", ""), ("staff_lift", "lifted", "")]
    assert contact_dnd(ada.pk).status is DndStatus.OFF


def test_a_snooze_ends_at_the_chosen_moment_and_keeps_its_note(ada: Contact, agent: User, connected: None) -> None:
    before = timezone.now()

    answer = press(as_user(agent), ada, "on", channel="call", direction="outbound", end="1w", note="moving house")

    row = standing(Reason.MANUAL)
    assert row.expires_at is not None
    assert before + timedelta(days=7) <= row.expires_at <= timezone.now() + timedelta(days=7)
    assert (row.note, row.set_by) == ("moving house", actor(agent).ref)
    assert said(answer).startswith("Calls & Voicemail are silenced until ")


def test_a_snooze_until_a_date_wants_the_date_and_keeps_what_was_typed(ada: Contact, agent: User) -> None:
    answer = press(as_user(agent), ada, "on", channel="sms", direction="outbound", end="date", note="on leave")

    assert answer.status_code == 422
    assert "Choose the date on which it ends" in answer.content.decode()
    assert "on leave" in answer.content.decode()
    assert not Suppression.objects.exists()


def test_a_date_in_the_past_is_refused_with_the_way_out(ada: Contact, agent: User) -> None:
    answer = press(as_user(agent), ada, "on", channel="sms", direction="outbound", end="date", until="2020-01-01")

    assert answer.status_code == 409
    assert "The end must be in the future; leave it empty for no end." in answer.content.decode()
    assert not LedgerEntry.objects.exists()


def test_all_channels_are_silenced_and_cleared_together(ada: Contact, agent: User, connected: None) -> None:
    client = as_user(agent)

    press(client, ada, "on", channel="all", direction="outbound")
    assert contact_dnd(ada.pk).status is DndStatus.ON
    cleared = press(client, ada, "clear-channel", channel="all", direction="outbound")

    assert "Nothing silences them any more." in said(cleared)
    assert contact_dnd(ada.pk).status is DndStatus.OFF


def test_clearing_all_leaves_what_staff_may_not_lift_and_says_so(ada: Contact, agent: User, connected: None) -> None:
    happens(ada, EventKind.TEXT_OPT_OUT, Channel.SMS, detail="stop")
    client = as_user(agent)
    press(client, ada, "on", channel="all", direction="outbound")

    cleared = press(client, ada, "clear-channel", channel="all", direction="outbound")

    assert "Still silenced: SMS: Texted STOP on 2 Oct 2026." in said(cleared)
    assert [row.reason for row in Suppression.objects.filter(lifted_at=None)] == [Reason.OPT_OUT]


def test_the_panel_locks_a_texted_stop_and_says_how_it_lifts(ada: Contact, agent: User, connected: None) -> None:
    happens(ada, EventKind.TEXT_OPT_OUT, Channel.SMS, detail="stop")

    shown = as_user(agent).get(page(ada)).content.decode()

    assert "Texted STOP on 2 Oct 2026" in shown
    assert "Lifts when the contact texts START, or with approved opt-in evidence." in shown
    assert 'aria-label="DND for SMS"' not in shown
    assert 'aria-label="DND for E-mail"' in shown
    assert reverse("admin:consent_evidence_file", args=[ada.pk]) in shown


def test_evidence_is_offered_only_where_it_would_lift_something(ada: Contact, agent: User, connected: None) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=SYSTEM, at=STOPPED_AT)
    happens(ada, EventKind.TEXT_WRONG_NUMBER, Channel.SMS)

    shown = as_user(agent).get(page(ada)).content.decode()

    assert "Never START." in shown
    assert "File evidence" not in shown


@pytest.mark.parametrize("who", ["agent", "support", "compliance", "superuser"])
@pytest.mark.parametrize("direction", ["outbound", "inbound", ""])
@pytest.mark.parametrize("action", ["clear", "clear-channel"])
def test_no_forged_field_lifts_a_permanent_dnd(
    ada: Contact, who: str, direction: str, action: str, connected: None, request: pytest.FixtureRequest
) -> None:
    happens(ada, EventKind.TEXT_OPT_OUT, Channel.SMS, detail="stop")
    row = standing(Reason.OPT_OUT)
    before = Suppression.objects.values().get(pk=row.pk)

    answer = press(
        as_user(request.getfixturevalue(who)),
        ada,
        action,
        suppression=row.pk,
        channel="sms",
        direction=direction,
        note="please",
        kind="temporary",
        reason="manual",
        lifted_at="2026-10-03T10:00",
        lift_route="contact_opt_in",
        provider_entry_removed="on",
        address_validated="on",
        consent_given_at="2026-11-01T10:00",
        consent_how="call",
        consent_text="Yes, text me",
        on="0",
    )

    assert Suppression.objects.values().get(pk=row.pk) == before
    entry = LedgerEntry.objects.latest("id")
    assert entry.kind == EventKind.STAFF_LIFT
    if direction != "inbound" or action == "clear":
        assert answer.status_code == 409
        assert (entry.effect, entry.code) == ("refused", "permanent_dnd")
        assert "This DND is permanent: staff can" in answer.content.decode()
    else:
        assert entry.effect == "nothing"


def test_clearing_all_with_only_permanent_ones_standing_lifts_nothing(ada: Contact, superuser: User) -> None:
    happens(ada, EventKind.TEXT_OPT_OUT, Channel.SMS, detail="stop")

    answer = press(as_user(superuser), ada, "clear-channel", channel="all", direction="outbound")

    assert said(answer) == "Nothing to clear: it was lifted already."
    assert standing(Reason.OPT_OUT).kind == Kind.PERMANENT
    assert written()[-1][:2] == ("staff_lift", "nothing")


def test_another_contacts_suppression_is_not_cleared_from_this_record(ada: Contact, bo: Contact, agent: User) -> None:
    dnd.switch_on(contact_id=bo.pk, channels=[Channel.SMS], by=SYSTEM, at=STOPPED_AT)

    press(as_user(agent), ada, "clear", suppression=standing(Reason.MANUAL).pk)

    assert standing(Reason.MANUAL).contact_id == bo.pk
    assert written()[-1][:2] == ("staff_lift", "nothing")


def test_what_the_contact_said_is_recorded_for_good(ada: Contact, agent: User, connected: None) -> None:
    answer = press(
        as_user(agent),
        ada,
        "opt-out",
        channels=["sms", "email"],
        how="call",
        asked_at="2026-10-02T11:30",
        note="Said: never write again",
    )

    rows = Suppression.objects.filter(lifted_at=None).order_by("channel")
    assert [(row.channel, row.kind, row.detail, row.note) for row in rows] == [
        ("email", "permanent", "call", "Said: never write again"),
        ("sms", "permanent", "call", "Said: never write again"),
    ]
    assert (
        said(answer) == "Recorded: the contact opted out of SMS and E-mail. It is permanent; staff can't take it back."
    )
    assert written() == [("staff_opt_out", "set", ""), ("staff_opt_out", "set", "")]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"channels": ["sms"], "how": "call"}, "This field is required."),
        ({"how": "call", "note": "said so"}, "This field is required."),
        (
            {"channels": ["sms"], "how": "call", "note": "said so", "asked_at": "2999-01-01T10:00"},
            "asked in the future",
        ),
    ],
)
def test_a_verbal_opt_out_wants_its_note_its_channels_and_a_time_that_has_been(
    ada: Contact, agent: User, fields: dict[str, object], sentence: str
) -> None:
    answer = press(as_user(agent), ada, "opt-out", **fields)

    assert answer.status_code in {409, 422}
    assert sentence in answer.content.decode()
    assert not Suppression.objects.exists()


def test_a_bounce_is_cleared_with_both_statements_only(ada: Contact, agent: User, connected: None) -> None:
    happens(ada, EventKind.EMAIL_BOUNCE, Channel.EMAIL, detail="605")
    row = standing(Reason.BOUNCE)
    client = as_user(agent)

    half = press(client, ada, "clear", suppression=row.pk, provider_entry_removed="on", note="cleaned up")
    assert half.status_code == 409
    assert "the address was validated" in half.content.decode()
    assert "cleaned up" in half.content.decode()
    whole = press(client, ada, "clear", suppression=row.pk, provider_entry_removed="on", address_validated="on")

    row.refresh_from_db()
    assert row.attestation["address_validated"] is True
    assert said(whole) == "DND cleared on E-mail (e-mail bounces). Nothing silences it any more."
    assert written()[1:] == [("staff_lift", "refused", "attestation_required"), ("staff_lift", "lifted", "")]


def test_an_unsubscribe_is_cleared_with_a_later_consent_only(ada: Contact, agent: User, connected: None) -> None:
    happens(ada, EventKind.EMAIL_UNSUBSCRIBE, Channel.EMAIL)
    row = standing(Reason.UNSUBSCRIBE)
    client = as_user(agent)
    told = {"consent_how": "web form", "consent_text": "Yes, send me news", "suppression": row.pk}

    earlier = press(client, ada, "clear", consent_given_at="2026-09-01T10:00", **told)
    later = press(client, ada, "clear", consent_given_at="2026-11-01T10:00", **told)

    assert (earlier.status_code, later.status_code) == (409, 302)
    row.refresh_from_db()
    assert row.attestation["consent_text"] == "Yes, send me news"
    assert written()[1:] == [("staff_lift", "refused", "later_consent_required"), ("staff_lift", "lifted", "")]


def test_the_opt_out_of_a_block_outlasts_it_and_wants_a_note(ada: Contact, agent: User, connected: None) -> None:
    client = as_user(agent)
    press(client, ada, "block", on="1", note="shouted")
    row = standing(Reason.MANUAL)

    while_blocked = press(client, ada, "clear", suppression=row.pk, note="asked")
    assert "Unblock first" in while_blocked.content.decode()
    unblocked = press(client, ada, "block", on="0")
    assert "The opt-out from SMS that came with the block stays" in said(unblocked)
    without = press(client, ada, "clear", suppression=row.pk)
    assert without.status_code == 409
    cleared = press(client, ada, "clear", suppression=row.pk, note="Asked on the phone to be texted")

    assert said(cleared) == "DND cleared on SMS (switched on by staff). Nothing silences it any more."
    assert contact_dnd(ada.pk).status is DndStatus.OFF
    assert [entry for entry in written() if entry[1] == "refused"] == [
        ("staff_lift", "refused", "blocked_contact"),
        ("staff_lift", "refused", "note_required"),
    ]


def test_inbound_dnd_is_switched_beside_outbound(ada: Contact, agent: User, connected: None) -> None:
    client = as_user(agent)

    on = press(client, ada, "on", channel="call", direction="inbound")
    assert contact_dnd(ada.pk).status is DndStatus.OFF
    off = press(client, ada, "clear-channel", channel="call", direction="inbound")

    assert said(on) == "Calls & Voicemail from the contact are refused until somebody clears it."
    assert said(off) == "Calls & Voicemail from the contact are accepted again."
    assert written() == [("inbound_dnd_on", "set", ""), ("staff_lift", "lifted", "")]


def test_a_forged_inbound_channel_is_refused_with_the_way_out(ada: Contact, agent: User) -> None:
    answer = press(as_user(agent), ada, "on", channel="email", direction="inbound")

    assert answer.status_code == 409
    assert not Suppression.objects.exists()


def test_do_not_contact_goes_on_and_off(ada: Contact, agent: User, connected: None) -> None:
    client = as_user(agent)

    on = press(client, ada, "do-not-contact", on="1")
    assert contact_dnd(ada.pk).status is DndStatus.ON
    shown = client.get(page(ada)).content.decode()
    off = press(client, ada, "do-not-contact", on="0")

    assert 'cd-state--temporary">Do Not Contact</span>' in "".join(line.strip() for line in shown.splitlines())
    assert "only transactional messages pass" in said(on)
    assert said(off).startswith("Do Not Contact is off.")
    assert written() == [("do_not_contact_on", "set", ""), ("staff_lift", "lifted", "")]


def test_a_choice_of_the_contact_never_to_be_contacted_has_no_button(ada: Contact, superuser: User) -> None:
    happens(ada, EventKind.PREFERENCE_NEVER, Channel.EMAIL)
    client = as_user(superuser)

    assert "Switch off…" not in client.get(page(ada)).content.decode()
    forged = press(client, ada, "do-not-contact", on="0")

    assert forged.status_code == 409
    assert written()[-1] == ("staff_lift", "refused", "permanent_dnd")


def test_a_disconnected_channel_has_no_switch_and_keeps_its_state(ada: Contact, agent: User) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.WHATSAPP], by=SYSTEM, at=STOPPED_AT)

    shown = as_user(agent).get(page(ada)).content.decode()

    assert "Not connected; keeps its state" in shown
    assert 'aria-label="DND for WhatsApp"' not in shown
    assert standing(Reason.MANUAL).channel == Channel.WHATSAPP


def test_one_line_for_a_shared_number_is_cleared_for_all_its_rows(ada: Contact, agent: User, connected: None) -> None:
    for number in ("+15035550111", "+15035550112"):
        add_address(contact_id=ada.pk, address=NewAddress(AddressKind.PHONE, number), by=SYSTEM, at=STOPPED_AT)
    for address_id in selectors.addresses_by_channel(ada.pk)[Channel.SMS]:
        record_event(
            event=ConsentEvent(EventKind.HANDSET_UNREACHABLE, (Channel.SMS,), STOPPED_AT, Source.PROVIDER),
            address_id=address_id,
            by=SYSTEM,
            at=STOPPED_AT,
        )
    first = contact_dnd(ada.pk).channels[0].reasons[0].suppression.id

    press(as_user(agent), ada, "clear", suppression=first)

    assert not Suppression.objects.filter(lifted_at=None).exists()


def test_the_second_of_two_agents_learns_what_the_first_did(
    ada: Contact, agent: User, support: User, connected: None
) -> None:
    seen = fingerprint(contact_dnd(ada.pk))
    press(as_user(agent), ada, "on", channel="sms", direction="outbound", seen=seen)

    late = press(
        as_user(support), ada, "on", channel="sms", direction="outbound", end="1h", note="my reason", seen=seen
    )

    assert late.status_code == 409
    shown = late.content.decode()
    assert "After you opened the page, alex changed this contact" in shown
    assert "my reason" in shown
    assert standing(Reason.MANUAL).note == ""
    assert written() == [("dnd_on", "set", "")]


def test_a_form_without_its_fingerprint_does_nothing(ada: Contact, agent: User) -> None:
    answer = press(as_user(agent), ada, "on", channel="sms", direction="outbound", seen="")

    assert answer.status_code == 409
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("on", {"channel": "sms"}),
        ("opt-out", {"channels": ["sms"], "how": "call", "note": "said so"}),
        ("clear", {"suppression": 1}),
        ("clear-channel", {"channel": "sms"}),
        ("do-not-contact", {"on": "1"}),
        ("block", {"on": "1"}),
    ],
)
@pytest.mark.parametrize(
    ("who", "may"),
    [("agent", True), ("support", True), ("compliance", True), ("marketing", False), ("superuser", True)],
)
def test_who_may_press_what(
    ada: Contact, action: str, fields: dict[str, object], who: str, may: bool, request: pytest.FixtureRequest
) -> None:
    answer = press(as_user(request.getfixturevalue(who)), ada, action, **fields)

    assert (answer.status_code != 403) is may
    assert LedgerEntry.objects.exists() is may


def test_marketing_sees_the_panel_without_any_button(ada: Contact, marketing: User, connected: None) -> None:
    happens(ada, EventKind.TEXT_OPT_OUT, Channel.SMS, detail="stop")

    shown = as_user(marketing).get(page(ada)).content.decode()

    assert "Texted STOP on 2 Oct 2026" in shown
    assert "Your role sees DND and does not change it." in shown
    assert "/dnd/" not in shown


def test_a_get_changes_nothing_and_an_unknown_button_is_not_found(ada: Contact, agent: User) -> None:
    client = as_user(agent)

    assert client.get(f"/admin/contacts/contact/{ada.pk}/dnd/block/").headers["Location"] == page(ada)
    assert press(client, ada, "erase").status_code == 404
    assert not LedgerEntry.objects.exists()


def test_a_post_without_a_csrf_token_is_refused(ada: Contact, agent: User) -> None:
    client = as_user(agent)
    client.handler.enforce_csrf_checks = True

    answer = press(client, ada, "on", channel="sms", direction="outbound")

    assert answer.status_code == 403
    assert not LedgerEntry.objects.exists()


def test_a_deleted_contact_leads_back_to_the_list(ada: Contact, agent: User) -> None:
    client = as_user(agent)
    delete_contact(contact_id=ada.pk, by=SYSTEM, at=STOPPED_AT)

    answer = press(client, ada, "on", channel="sms", direction="outbound")

    assert answer.headers["Location"] == "/admin/contacts/contact/"
    assert "does not exist or was deleted" in said(answer)
    assert not LedgerEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_presses_at_the_same_moment_one_is_done_and_one_is_told(
    ada: Contact, superuser: User, connected: None
) -> None:
    seen = fingerprint(contact_dnd(ada.pk))
    at_once = Barrier(2)

    def one(channel: str) -> int:
        try:
            client = as_user(superuser)
            at_once.wait(timeout=30)
            return press(client, ada, "on", channel=channel, direction="outbound", seen=seen).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(one, ["sms", "email"]))

    assert answers == [302, 409]
    assert len(written()) == 1
