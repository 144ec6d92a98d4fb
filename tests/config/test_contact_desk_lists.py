"""The Lists tab: each verb, what it says, and what the ledger has."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from consent.models import LedgerEntry
from consent.selectors.dnd import contact_dnd
from consent.vocabulary import DndStatus
from contacts.models import Contact
from contacts.values import Actor
from lists.models import ContactList, ListMembership
from lists.services import add, archive_list, block, create_list, opt_out
from lists.values import ListDraft
from tests.config.desk import as_user, press_list, said

pytestmark = pytest.mark.django_db

AT = datetime(2026, 10, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def news(by: Actor) -> ContactList:
    paired = create_list(draft=ListDraft("no-news", "No news"), by=by, at=AT)
    return create_list(draft=ListDraft("news", "News", opt_out_list_id=paired.pk), by=by, at=AT)


def shown(client: object, contact: Contact) -> str:
    return client.get(reverse("admin:contact-desk-lists", args=[contact.pk])).content.decode()


def written() -> list[tuple[str, str]]:
    return list(LedgerEntry.objects.order_by("id").values_list("kind", "effect"))


def membership(contact: Contact, on: ContactList) -> ListMembership:
    return ListMembership.objects.get(contact=contact, list=on)


def test_a_contact_is_added_and_removed_in_one_press_each(ada: Contact, agent: User, news: ContactList) -> None:
    client = as_user(agent)

    added = press_list(client, ada, "add", list=news.pk)
    assert "Subscribed" in shown(client, ada)
    removed = press_list(client, ada, "remove", list=news.pk)

    assert (said(added), said(removed)) == ("Added to News.", "Removed from News.")
    assert written() == [("list_added", "lifted"), ("list_removed", "set")]
    assert "Removed on " in shown(client, ada)
    assert "Add again" in shown(client, ada)


def test_removing_can_add_to_the_paired_opt_out_list(ada: Contact, agent: User, news: ContactList, by: Actor) -> None:
    add(list_id=news.pk, contact_ids=[ada.pk], by=by, at=AT)
    client = as_user(agent)

    assert "Remove, and add to No news" in shown(client, ada)
    answer = press_list(client, ada, "remove", list=news.pk, paired="1")

    assert said(answer) == "Removed from News and added to its opt-out list."
    assert membership(ada, news.opt_out_list).added_at is not None


def test_a_list_opt_out_is_flagged_and_sets_no_dnd(ada: Contact, agent: User, news: ContactList, by: Actor) -> None:
    add(list_id=news.pk, contact_ids=[ada.pk], by=by, at=AT)
    client = as_user(agent)

    answer = press_list(client, ada, "opt-out", list=news.pk, note="said so on the phone")

    assert said(answer) == "Opted out of News. Other lists and channels stay as they are."
    assert "Opted out on " in shown(client, ada)
    assert contact_dnd(ada.pk).status is DndStatus.OFF
    assert membership(ada, news).note == "said so on the phone"


def test_adding_again_never_ends_an_opt_out(ada: Contact, agent: User, news: ContactList, by: Actor) -> None:
    opt_out(list_id=news.pk, contact_ids=[ada.pk], by=by, at=AT, source="staff")

    press_list(as_user(agent), ada, "add", list=news.pk)

    assert membership(ada, news).opted_out_at == AT


def test_bringing_back_wants_the_contacts_later_consent(
    ada: Contact, agent: User, news: ContactList, by: Actor
) -> None:
    opt_out(list_id=news.pk, contact_ids=[ada.pk], by=by, at=AT, source="staff")
    client = as_user(agent)
    told = {"list": news.pk, "how": "web form", "text": "Yes, news please"}

    earlier = press_list(client, ada, "bring-back", given_at="2026-09-01T10:00", **told)
    later = press_list(client, ada, "bring-back", given_at="2026-10-20T10:00", **told)

    assert earlier.status_code == 409
    assert "Record the contact&#x27;s later consent" in earlier.content.decode()
    assert "Yes, news please" in earlier.content.decode()
    assert said(later) == "Brought back to News."
    assert membership(ada, news).opted_out_at is None
    assert ("list_brought_back", "refused") in written()


def test_a_blocked_member_is_brought_back_after_the_unblock_only(
    ada: Contact, agent: User, news: ContactList, by: Actor
) -> None:
    opt_out(list_id=news.pk, contact_ids=[ada.pk], by=by, at=AT, source="staff")
    block(list_id=news.pk, contact_ids=[ada.pk], by=by, at=AT)
    client = as_user(agent)

    assert "Unblock first" in shown(client, ada)
    forged = press_list(client, ada, "bring-back", list=news.pk, given_at="2026-10-20T10:00", how="form", text="Yes")
    unblocked = press_list(client, ada, "unblock", list=news.pk)

    assert forged.status_code == 409
    assert said(unblocked) == "Unblocked on News. An opt-out stays until the contact comes back."
    assert "Bring back…" in shown(client, ada)


def test_blocking_is_one_press(ada: Contact, agent: User, news: ContactList) -> None:
    answer = press_list(as_user(agent), ada, "block", list=news.pk)

    assert said(answer) == "Blocked on News."
    assert membership(ada, news).blocked_at is not None
    assert written() == [("list_blocked", "set")]


def test_an_archived_list_takes_nobody(ada: Contact, agent: User, news: ContactList, by: Actor) -> None:
    archive_list(list_id=news.pk, by=by, at=AT)

    answer = press_list(as_user(agent), ada, "add", list=news.pk)

    assert answer.status_code == 409
    assert "This list is archived. Restore it first." in answer.content.decode()


@pytest.mark.parametrize("action", ["remove", "opt-out", "block", "unblock", "bring-back"])
def test_a_list_that_is_not_there_is_told(ada: Contact, agent: User, action: str) -> None:
    answer = press_list(as_user(agent), ada, action, list=999, given_at="2026-10-20T10:00", how="form", text="Yes")

    assert "There is no list “999”. Choose one that exists." in said(answer)
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize("who", ["agent", "marketing", "support", "compliance", "superuser"])
def test_every_role_may_change_lists(ada: Contact, news: ContactList, who: str, request: pytest.FixtureRequest) -> None:
    assert press_list(as_user(request.getfixturevalue(who)), ada, "add", list=news.pk).status_code == 302


def test_staff_without_a_role_may_not(ada: Contact, news: ContactList) -> None:
    client = as_user(User.objects.create_user("new", is_staff=True))

    assert press_list(client, ada, "add", list=news.pk).status_code == 403
    assert not ListMembership.objects.exists()


def test_a_get_changes_nothing(ada: Contact, agent: User) -> None:
    url = reverse("admin:contact-desk-lists-act", args=[ada.pk, "add"])

    assert as_user(agent).get(url).status_code == 302
    assert not ListMembership.objects.exists()
    assert press_list(as_user(agent), ada, "sell").status_code == 404
