"""The contact page apart from its DND panel: details, addresses, creating, deleting, and its tabs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from consent import selectors
from consent.models import Suppression
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, EventKind, Source
from contacts.models import Contact
from contacts.registry import ContactPanel, Registry
from contacts.selectors import addresses_of
from contacts.services import update_contact
from contacts.values import SYSTEM
from tests.config.desk import as_user, page, said

pytestmark = pytest.mark.django_db

AT = datetime(2026, 10, 2, 9, 0, tzinfo=UTC)
DETAILS = {"first_name": "Ada", "last_name": "Lovelace", "company": "Engines", "owner": "", "notes": ""}


def save(client: Client, contact: Contact, **fields: object) -> object:
    return client.post(page(contact), {**DETAILS, "language": "", "time_zone": "", "version": 1, **fields})


def addresses(contact: Contact) -> list[tuple[str, bool]]:
    return [(each.value, each.is_primary) for each in addresses_of(contact.pk)]


def test_details_are_saved_with_their_history(ada: Contact, agent: User) -> None:
    answer = save(as_user(agent), ada, owner=agent.pk, language="en", time_zone="Europe/London")

    ada.refresh_from_db()
    assert (ada.company, ada.owner, ada.time_zone, ada.version) == ("Engines", agent, "Europe/London", 2)
    assert said(answer) == "Saved."
    assert ada.history.first().history_user == agent


def test_of_two_agents_the_second_sees_the_first_ones_state_and_keeps_the_own_words(
    ada: Contact, agent: User, support: User
) -> None:
    save(as_user(support), ada, company="Sam's company")

    late = save(as_user(agent), ada, company="Alex's company")

    shown = late.content.decode()
    assert late.status_code == 409
    assert "sam changed this contact on" in shown
    assert "Saved meanwhile: “Sam&#x27;s company”" in shown
    assert "Alex&#x27;s company" in shown
    ada.refresh_from_db()
    assert ada.company == "Sam's company"
    again = save(as_user(agent), ada, company="Alex's company", version=2)
    assert said(again) == "Saved."


@pytest.mark.parametrize("version", ["", "0", "99"])
def test_details_without_the_version_that_was_seen_are_refused(ada: Contact, agent: User, version: str) -> None:
    assert save(as_user(agent), ada, version=version).status_code == 409


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("time_zone", "Mars/Olympus", "is not a time zone. Choose a name such as Europe/London."),
        ("language", "English", "This is not a language code. Choose one such as en or es-MX."),
        ("owner", "999999", "Select a valid choice."),
        ("first_name", "x" * 151, "at most 150 characters"),
    ],
)
def test_a_wrong_detail_is_told_at_its_field(ada: Contact, agent: User, field: str, value: str, sentence: str) -> None:
    answer = save(as_user(agent), ada, **{field: value})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Contact.objects.get(pk=ada.pk).version == 1


def test_forged_details_change_nothing_that_the_form_does_not_show(ada: Contact, superuser: User) -> None:
    save(as_user(superuser), ada, deleted_at="2026-01-01", public_id="0" * 32, erased_at="2026-01-01", id=999)

    after = Contact.objects.get(pk=ada.pk)
    assert (after.deleted_at, after.erased_at, after.public_id) == (None, None, ada.public_id)


def test_an_owner_who_left_stays_until_another_is_chosen(ada: Contact, agent: User, support: User) -> None:
    update_contact(contact_id=ada.pk, expected_version=1, changes={"owner_id": support.pk}, by=SYSTEM, at=AT)
    User.objects.filter(pk=support.pk).update(is_active=False)

    save(as_user(agent), ada, owner=support.pk, version=2, company="New name")

    ada.refresh_from_db()
    assert (ada.owner, ada.company) == (support, "New name")


@pytest.mark.parametrize("raw", ["(503) 555-0177", "+1 503 555 0177", "tel:+15035550177", "503.555.0177"])
def test_a_phone_is_added_in_any_spelling(ada: Contact, agent: User, raw: str) -> None:
    url = reverse("admin:contact-desk-address-add", args=[ada.pk])

    answer = as_user(agent).post(url, {"kind": "phone", "raw": raw})

    assert ("+15035550177", False) in addresses(ada)
    assert said(answer) == "+1 503-555-0177 added."


def test_an_address_that_is_none_is_told_with_the_way_out(ada: Contact, agent: User) -> None:
    url = reverse("admin:contact-desk-address-add", args=[ada.pk])

    answer = as_user(agent).post(url, {"kind": "email", "raw": "not an e-mail"})

    assert answer.status_code == 422
    assert "not an e-mail" in answer.content.decode()
    assert 'class="cd-errors"' in answer.content.decode()
    assert len(addresses(ada)) == 2


def test_a_shared_address_says_with_whom(ada: Contact, bo: Contact, agent: User) -> None:
    url = reverse("admin:contact-desk-address-add", args=[ada.pk])

    answer = as_user(agent).post(url, {"kind": "phone", "raw": "+15035550102"})

    assert said(answer) == "+1 503-555-0102 added. It is shared with Bo Diddley."
    assert "Shared with 1 other contact." in as_user(agent).get(page(ada)).content.decode()


def test_a_silenced_address_says_so_and_silences_its_new_holder(ada: Contact, bo: Contact, agent: User) -> None:
    address_id = selectors.addresses_by_channel(bo.pk)[Channel.SMS][0]
    record_event(
        event=ConsentEvent(EventKind.TEXT_OPT_OUT, (Channel.SMS,), AT, Source.CONTACT, detail="stop"),
        address_id=address_id,
        by=SYSTEM,
        at=AT,
    )
    client = as_user(agent)

    client.post(reverse("admin:contact-desk-address-add", args=[ada.pk]), {"kind": "phone", "raw": "+15035550102"})

    assert "Silenced on SMS: Texted STOP on 2 Oct 2026" in client.get(page(ada)).content.decode()
    client.post(reverse("admin:contact-desk-address-remove", args=[ada.pk, address_id]))
    shown = client.get(page(ada)).content.decode()
    assert "which this contact no longer has" in shown
    assert Suppression.objects.filter(contact=ada, lifted_at=None).exists()


def test_another_address_is_made_the_primary(ada: Contact, agent: User) -> None:
    client = as_user(agent)
    client.post(reverse("admin:contact-desk-address-add", args=[ada.pk]), {"kind": "phone", "raw": "+15035550177"})
    added = next(each for each in addresses_of(ada.pk) if each.value == "+15035550177")

    answer = client.post(reverse("admin:contact-desk-address-primary", args=[ada.pk, added.id]))

    assert said(answer) == "+1 503-555-0177 is the primary now."
    assert ("+15035550177", True) in addresses(ada)


def test_an_address_of_somebody_else_is_not_removed(ada: Contact, bo: Contact, agent: User) -> None:
    theirs = addresses_of(bo.pk)[0]

    answer = as_user(agent).post(reverse("admin:contact-desk-address-remove", args=[ada.pk, theirs.id]))

    assert "Reload the page and choose again." in said(answer)
    assert len(addresses(bo)) == 2


def test_a_contact_is_created_with_a_phone_and_an_email(agent: User) -> None:
    form = {"first_name": "Eve", "phone": "503 555 0188", "email": "Eve@Example.com", "owner": agent.pk}

    answer = as_user(agent).post(reverse("admin:contacts_contact_add"), form)

    eve = Contact.objects.get(first_name="Eve")
    assert answer.headers["Location"] == page(eve)
    assert addresses(eve) == [("eve@example.com", True), ("+15035550188", True)]
    assert eve.owner == agent


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"first_name": "Eve", "phone": "12"}, 'id="id_phone_error"'),
        ({"first_name": "Eve", "email": "eve at example"}, 'id="id_email_error"'),
        ({}, "Give a name, a company, a phone number or an e-mail"),
    ],
)
def test_a_new_contact_with_something_wrong_is_not_created(agent: User, fields: dict[str, str], sentence: str) -> None:
    answer = as_user(agent).post(reverse("admin:contacts_contact_add"), fields)

    assert sentence in answer.content.decode()
    assert not Contact.objects.exists()


def test_a_contact_is_deleted_after_a_question_and_stays_silenced(ada: Contact, support: User) -> None:
    client = as_user(support)
    url = reverse("admin:contacts_contact_delete", args=[ada.pk])

    assert "Delete Ada Lovelace?" in client.get(url).content.decode()
    assert Contact.objects.get(pk=ada.pk).deleted_at is None
    answer = client.post(url)

    assert Contact.objects.get(pk=ada.pk).deleted_at is not None
    assert said(answer) == "Ada Lovelace deleted. What silences their addresses goes on."
    assert client.get(page(ada)).headers["Location"] == "/admin/contacts/contact/"


@pytest.mark.parametrize("who", ["agent", "marketing"])
def test_who_may_not_delete_is_not_offered_it_and_is_refused(
    ada: Contact, who: str, request: pytest.FixtureRequest
) -> None:
    client = as_user(request.getfixturevalue(who))

    assert "Delete contact" not in client.get(page(ada)).content.decode()
    assert client.post(reverse("admin:contacts_contact_delete", args=[ada.pk])).status_code == 403
    assert Contact.objects.get(pk=ada.pk).deleted_at is None


def test_staff_without_any_role_see_no_contact(ada: Contact) -> None:
    nobody = User.objects.create_user("new", is_staff=True)
    client = as_user(nobody)

    for url in (
        page(ada),
        reverse("admin:contact-desk-lists", args=[ada.pk]),
        reverse("admin:contact-desk-timeline", args=[ada.pk]),
        reverse("admin:contacts_contact_history", args=[ada.pk]),
        reverse("admin:contacts_contact_add"),
        reverse("admin:contacts_contact_changelist"),
    ):
        assert client.get(url).status_code == 403, url
    assert save(client, ada).status_code == 403


@pytest.mark.parametrize("number", ["0", "999999", "abc", "99999999999999999999"])
def test_a_number_nobody_has_leads_back_to_the_list(agent: User, number: str) -> None:
    answer = as_user(agent).get(f"/admin/contacts/contact/{number}/change/")

    assert answer.headers["Location"] == "/admin/contacts/contact/"


def test_the_history_shows_each_change_and_has_no_way_back(ada: Contact, agent: User) -> None:
    client = as_user(agent)
    save(client, ada, company="Engines", owner=agent.pk)
    client.post(reverse("admin:contact-desk-address-add", args=[ada.pk]), {"kind": "phone", "raw": "+15035550177"})
    url = reverse("admin:contacts_contact_history", args=[ada.pk])

    shown = client.get(url).content.decode()

    assert "<del>(empty)</del> → <ins>Engines</ins>" in shown
    assert "<del>(empty)</del> → <ins>alex</ins>" in shown
    assert "Added +1 503-555-0177" in shown
    assert "by alex" in shown
    assert "Added ada@example.com as primary" in shown
    assert shown.count("<form") == client.get(reverse("admin:contacts_contact_add")).content.decode().count("<form") - 1
    newest = ada.history.first()
    assert client.post(f"{url}{newest.history_id}/").status_code in {302, 404, 405}
    assert Contact.objects.get(pk=ada.pk).version == 3


def test_the_history_goes_on_page_by_page(ada: Contact, agent: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 4):
        update_contact(
            contact_id=ada.pk,
            expected_version=number,
            changes={"company": f"Company {number}"},
            by=SYSTEM,
            at=AT.replace(day=number),
        )
    monkeypatch.setattr("config.contact_desk.history_tab.CHANGES_A_PAGE", 2)
    client = as_user(agent)
    url = reverse("admin:contacts_contact_history", args=[ada.pk])

    first = client.get(url)
    second = client.get(url, {"before": first.context["older"]})

    assert "Company 3" in first.content.decode()
    assert "<ins>Company 1" not in first.content.decode()
    assert "<ins>Company 1" in second.content.decode()


def test_a_registered_panel_is_a_tab_of_the_page(ada: Contact, agent: User, monkeypatch: pytest.MonkeyPatch) -> None:
    panels = Registry()
    panels.add_panel(ContactPanel("messages", "Messages", 10, lambda request, contact: f"Hello {contact}"))
    monkeypatch.setattr("config.contact_desk.page.registry", panels)
    monkeypatch.setattr("config.contact_desk.panels_tab.registry", panels)
    client = as_user(agent)
    url = reverse("admin:contact-desk-panel", args=[ada.pk, "messages"])

    assert f'href="{url}"' in client.get(page(ada)).content.decode()
    assert "Hello Ada Lovelace" in client.get(url).content.decode()
    assert client.get(reverse("admin:contact-desk-panel", args=[ada.pk, "none"])).status_code == 404
