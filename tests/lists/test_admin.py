"""Lists on the staff site: counts, reach, members, and what staff may do to them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from consent.models import LedgerEntry, Suppression
from consent.services import dnd
from consent.vocabulary import Channel, Source
from contacts.models import Contact
from contacts.services import delete_contact
from contacts.values import Actor
from lists import services
from lists.models import ContactList, ListMembership
from lists.selectors import counts
from lists.selectors.overview import counts_of, greatest_losses
from tests.factories.lists import make_list

pytestmark = pytest.mark.django_db

LISTS, MEMBERS = "/admin/lists/contactlist/", "/admin/lists/listmembership/"
WANTED = {
    "name": "Autumn",
    "slug": "autumn",
    "purpose": "marketing",
    "description": "",
    "public_name": "",
    "public_description": "",
    "keyword": "",
    "keyword_reply": "",
    "opt_out_list": "",
}


@pytest.fixture
def desk(client: Client, marketing: User, connected: None) -> Client:
    client.force_login(marketing)
    return client


@pytest.fixture
def offers(ada: Contact, bo: Contact, carla: Contact, by: Actor, at: datetime) -> ContactList:
    """Ada subscribes, Bo opted out, Carla is blocked."""
    offers = make_list("Offers", paired_with=make_list("No offers"))
    services.add(list_id=offers.pk, contact_ids=[ada.pk, bo.pk, carla.pk], by=by, at=at)
    services.opt_out(list_id=offers.pk, contact_ids=[bo.pk], by=by, at=at, source=Source.STAFF)
    services.block(list_id=offers.pk, contact_ids=[carla.pk], by=by, at=at)
    return offers


def act(desk: Client, action: str, contacts: list[Contact], **more: object) -> str:
    chosen = ListMembership.objects.filter(contact__in=contacts).values_list("pk", flat=True)
    posted = {"action": action, "_selected_action": list(chosen), **more}
    return desk.post(MEMBERS, posted, follow=True).content.decode()


def membership(contact: Contact, contact_list: ContactList) -> ListMembership:
    return ListMembership.objects.get(contact=contact, list=contact_list)


def test_the_list_of_lists_counts_as_the_lists_own_page_does(
    desk: Client, offers: ContactList, carla: Contact, by: Actor, at: datetime
) -> None:
    delete_contact(contact_id=carla.pk, by=by, at=at)
    empty = make_list("Empty")

    assert counts_of([offers.pk, empty.pk]) == {offers.pk: counts(offers.pk), empty.pk: counts(empty.pk)}
    assert desk.get(LISTS).status_code == 200


def test_the_page_of_a_list_tells_whom_a_message_would_reach_and_why_not_the_others(
    desk: Client, offers: ContactList, ada: Contact, by: Actor, at: datetime
) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.EMAIL], by=by, at=at)

    reach = {row.channel: row for row in desk.get(f"{LISTS}{offers.pk}/change/").context["reach"]}

    assert reach[Channel.SMS].reach.reachable == 1
    assert dict(reach[Channel.SMS].reasons) == {"Opted out of this list": 1, "Blocked on this list": 1}
    assert dict(reach[Channel.EMAIL].reasons)["Switched on by staff"] == 1
    assert reach[Channel.GMB].reach is None
    assert not reach[Channel.GMB].connected


def test_a_large_list_is_counted_channel_by_channel_when_somebody_asks(
    desk: Client, offers: ContactList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lists.admin.reach.COUNTED_AT_ONCE", 2)

    at_first = desk.get(f"{LISTS}{offers.pk}/change/").context["reach"]
    asked = desk.get(f"{LISTS}{offers.pk}/change/?count=sms").context["reach"]

    assert [row.reach for row in at_first] == [None] * 6
    assert [row.channel for row in asked if row.reach] == [Channel.SMS]


def test_a_list_is_created_with_its_history(desk: Client, marketing: User) -> None:
    answer = desk.post(f"{LISTS}add/", {**WANTED, "keyword": "NOFALL!"})

    assert answer.status_code == 302
    made = ContactList.objects.get(slug="autumn")
    assert made.keyword == "nofall"
    assert made.history.get().history_user == marketing


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("keyword", "STOP", "reserved"),
        ("slug", "offers", "already exists"),
        ("keyword", "taken", "has this keyword already"),
        ("name", "", "required"),
    ],
)
def test_what_is_wrong_with_a_list_is_told_at_its_field(
    desk: Client, offers: ContactList, field: str, value: str, told: str
) -> None:
    make_list("Other", keyword="taken")

    page = desk.post(f"{LISTS}add/", {**WANTED, field: value}).content.decode()

    assert told in page
    assert not ContactList.objects.filter(slug="autumn").exists()


def test_a_list_is_changed_and_its_slug_never(desk: Client, offers: ContactList) -> None:
    desk.post(f"{LISTS}{offers.pk}/change/", {**WANTED, "name": "Deals", "slug": "forged"})

    offers.refresh_from_db()
    assert (offers.name, offers.slug) == ("Deals", "offers")


def test_a_list_is_archived_and_taken_into_use_again(desk: Client, offers: ContactList) -> None:
    desk.post(f"{LISTS}{offers.pk}/shelve/")
    offers.refresh_from_db()
    assert offers.is_archived
    assert "Nobody: the list is archived." in desk.get(f"{LISTS}{offers.pk}/change/").content.decode()

    desk.post(f"{LISTS}{offers.pk}/shelve/", {"restore": "yes"})
    offers.refresh_from_db()
    assert not offers.is_archived


def test_archiving_needs_a_post_and_a_list(desk: Client, offers: ContactList) -> None:
    assert desk.get(f"{LISTS}{offers.pk}/shelve/").status_code == 405
    assert desk.post(f"{LISTS}99999/shelve/").status_code == 404


def test_members_are_filtered_and_found(
    desk: Client, offers: ContactList, ada: Contact, bo: Contact, carla: Contact
) -> None:
    def shown(query: str) -> set[int]:
        return {
            row.contact_id
            for row in desk.get(f"{MEMBERS}?list__id__exact={offers.pk}&{query}").context["cl"].result_list
        }

    assert shown("state=on_list") == {ada.pk, bo.pk, carla.pk}
    assert shown("state=subscribed") == {ada.pk}
    assert shown("state=opted_out") == {bo.pk}
    assert shown("state=blocked") == {carla.pk}
    assert shown("state=removed") == set()
    assert shown("q=5550102") == {bo.pk}
    assert desk.get(f"{MEMBERS}?list__id__exact=nonsense").status_code == 200


def test_a_member_is_removed_and_the_ledger_has_it(
    desk: Client, offers: ContactList, ada: Contact, marketing: User
) -> None:
    page = act(desk, "remove", [ada])

    assert "Offers: 1 changed." in page
    assert membership(ada, offers).removed_at is not None
    entry = LedgerEntry.objects.latest("id")
    assert (entry.kind, entry.effect, entry.contact_id, entry.actor) == (
        "list_removed",
        "set",
        ada.pk,
        f"user:{marketing.pk}",
    )


def test_a_removed_member_may_go_to_the_paired_list(desk: Client, offers: ContactList, ada: Contact) -> None:
    act(desk, "remove_to_paired", [ada])

    assert membership(ada, ContactList.objects.get(name="No offers")).added_at is not None


def test_without_a_paired_list_that_is_refused_in_words(desk: Client, ada: Contact, by: Actor, at: datetime) -> None:
    alone = make_list("Alone")
    services.add(list_id=alone.pk, contact_ids=[ada.pk], by=by, at=at)

    assert "This list has no paired opt-out list." in act(desk, "remove_to_paired", [ada])
    assert membership(ada, alone).removed_at is None


def test_an_opt_out_is_recorded_only_once_it_is_confirmed_and_sets_no_dnd(
    desk: Client, offers: ContactList, ada: Contact
) -> None:
    asked = act(desk, "opt_out", [ada])
    assert "Record 1 opt-out" in asked
    assert membership(ada, offers).opted_out_at is None

    act(desk, "opt_out", [ada], confirmed="yes", note="by phone")
    assert membership(ada, offers).opted_out_at is not None
    assert membership(ada, offers).note == "by phone"
    assert not Suppression.objects.exists()


def test_a_member_is_blocked_and_unblocked_and_who_opted_out_stays_so(
    desk: Client, offers: ContactList, ada: Contact, bo: Contact
) -> None:
    act(desk, "block", [ada, bo])
    assert membership(ada, offers).blocked_at is not None

    act(desk, "unblock", [ada, bo])
    assert membership(ada, offers).blocked_at is None
    assert membership(bo, offers).opted_out_at is not None


@pytest.mark.parametrize("action", ["delete_selected", "bring_back", "nonsense"])
def test_no_other_action_is_taken(desk: Client, offers: ContactList, bo: Contact, action: str) -> None:
    before = ListMembership.objects.values().get(contact=bo, list=offers)

    act(desk, action, [bo], post="yes")

    assert ListMembership.objects.values().get(contact=bo, list=offers) == before


def test_who_may_not_change_members_is_refused(client: Client, offers: ContactList, ada: Contact, db: None) -> None:
    reader = User.objects.create_user("reader", is_staff=True)
    client.force_login(reader)

    answer = client.post(MEMBERS, {"action": "remove", "_selected_action": [membership(ada, offers).pk]})

    assert answer.status_code == 403
    assert membership(ada, offers).removed_at is None


def test_the_lists_that_lose_most_are_counted_as_their_members_are_shown(
    desk: Client, offers: ContactList, ada: Contact, by: Actor
) -> None:
    now = timezone.now()
    services.remove(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=now)

    lost = greatest_losses(since=now - timedelta(days=30))

    shown = desk.get(f"{MEMBERS}?list__id__exact={offers.pk}&left=30").context["cl"].result_list
    assert [(loss.list_id, loss.count) for loss in lost] == [(offers.pk, len(shown))]


def test_a_list_has_a_history_without_revert(desk: Client, offers: ContactList) -> None:
    desk.post(f"{LISTS}{offers.pk}/change/", {**WANTED, "name": "Deals"})
    oldest = ContactList.history.filter(id=offers.pk).earliest("history_id").history_id

    assert "Revert" not in desk.get(f"{LISTS}{offers.pk}/history/{oldest}/").content.decode()
    assert desk.post(f"{LISTS}{offers.pk}/history/{oldest}/", WANTED).status_code == 403
    offers.refresh_from_db()
    assert offers.name == "Deals"


def test_the_list_of_lists_asks_the_same_number_of_questions_however_many_there_are(
    desk: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(8):
        make_list(f"List {number}")

    with django_assert_max_num_queries(12):
        desk.get(LISTS)
