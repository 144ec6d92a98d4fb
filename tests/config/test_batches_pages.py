"""Bulk actions in the staff site: from the chosen contacts to the result, by every role, and with forged requests."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from config.batches import jobs
from config.batches.models import Batch, BatchItem
from config.batches.vocabulary import Action, Status
from consent.models import LedgerEntry, Suppression
from consent.services import dnd
from consent.vocabulary import Channel
from contacts.models import Contact
from contacts.services import delete_contact
from contacts.values import SYSTEM
from lists.models import ListMembership
from tests.config.desk import as_user, said
from tests.factories.contacts import make_contact
from tests.factories.lists import make_crowd, make_list

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.config.batches_urls")]

LIST = "/admin/contacts/contact/"


def choose(
    client: Client, action: Action | str, contacts: list[Contact], query: str = "", **more: object
) -> HttpResponse:
    """Tick contacts in the list and run an action."""
    data = {"action": str(action), "_selected_action": [contact.pk for contact in contacts], **more}
    return client.post(f"{LIST}{query}", data)


def address(batch: Batch, name: str = "batch") -> str:
    return reverse(f"admin:{name}", args=[batch.pk])


def drafted(client: Client, action: Action, contacts: list[Contact], **fields: object) -> Batch:
    """Return a draft that was filled in on its page."""
    assert choose(client, action, contacts).status_code == 302
    draft = Batch.objects.latest("created_at")
    answer = client.post(address(draft, "batch-form"), {"note": "Storm in Kent", **fields})
    assert answer.status_code == 302, answer.content
    return draft


def started(client: Client, action: Action, contacts: list[Contact], **fields: object) -> Batch:
    batch = drafted(client, action, contacts, **fields)
    client.post(address(batch, "batch-start"))
    return Batch.objects.get(pk=batch.pk)


def test_an_agent_sets_dnd_for_some_and_undoes_it(agent: User, ada: Contact, bo: Contact) -> None:
    client = as_user(agent)
    dnd.switch_on(contact_id=bo.pk, channels=[Channel.SMS], by=SYSTEM, at=timezone.now() - timedelta(days=1))

    draft = drafted(client, Action.SET_DND, [ada, bo], channels=["sms"])
    seen = client.get(address(draft, "batch-preview")).content.decode()
    assert "1 set" in seen
    assert "1 already" in seen
    assert not Suppression.objects.filter(contact=ada).exists()

    client.post(address(draft, "batch-start"))
    result = client.get(address(draft)).content.decode()
    assert Suppression.objects.get(contact=ada).note == "Storm in Kent"
    assert "1 set" in result
    assert address(draft, "batch-undo") in result

    foreseen = client.get(address(draft, "batch-undo")).content.decode()
    assert "1 undone" in foreseen
    client.post(address(draft, "batch-undo"), {"note": "Wrong county"})
    assert not Suppression.objects.filter(contact=ada, lifted_at=None).exists()
    assert Suppression.objects.filter(contact=bo, lifted_at=None).exists()
    assert list(LedgerEntry.objects.filter(contact_id=ada.pk).order_by("id").values_list("kind", "actor")) == [
        ("dnd_on", f"user:{agent.pk}"),
        ("staff_lift", f"user:{agent.pk}"),
    ]
    assert address(draft, "batch-undo") not in client.get(address(draft)).content.decode()


def test_marketing_adds_to_a_list(marketing: User, ada: Contact, bo: Contact) -> None:
    offers = make_list()

    batch = started(as_user(marketing), Action.ADD_TO_LIST, [ada, bo], list_id=offers.pk)

    assert batch.outcomes == {"changed": 2}
    assert ListMembership.objects.filter(list=offers, note="Storm in Kent").count() == 2


def test_lifting_shows_the_permanent_ones_and_leads_to_their_rows(agent: User, ada: Contact, bo: Contact) -> None:
    client = as_user(agent)
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=SYSTEM, at=timezone.now() - timedelta(days=1))
    dnd.record_verbal_opt_out(
        contact_id=bo.pk, channels=[Channel.SMS], by=SYSTEM, at=timezone.now() - timedelta(days=1), note="On the phone"
    )

    batch = started(client, Action.LIFT_DND, [ada, bo], channels=["sms"])

    result = client.get(address(batch)).content.decode()
    assert "1 permanent: unchanged" in result
    rows = client.get(address(batch, "batch-rows"), {"outcome": "permanent_dnd"}).content.decode()
    assert "Bo Diddley" in rows
    assert "Ada Lovelace" not in rows
    assert Suppression.objects.filter(contact=bo, lifted_at=None, kind="permanent").count() == 1


def test_all_that_match_the_search_are_chosen_when_the_batch_is_made(agent: User) -> None:
    kims = [make_contact("Kim", str(number)) for number in range(5)]
    make_contact("Someone", "Else")
    client = as_user(agent)

    choose(client, Action.BLOCK, kims[:1], "?q=kim", select_across="1")
    make_contact("Kim", "Later")

    assert Batch.objects.get().contact_ids == [kim.pk for kim in kims]


def test_the_form_keeps_what_was_wrong_and_says_it(agent: User, ada: Contact) -> None:
    client = as_user(agent)
    choose(client, Action.SET_DND, [ada])
    draft = Batch.objects.get()
    yesterday = f"{timezone.now() - timedelta(days=1):%Y-%m-%dT%H:%M}"

    for fields, told in (
        ({"channels": ["sms"]}, "This field is required."),
        ({"note": "Storm"}, "This field is required."),
        ({"note": "Storm", "channels": ["fax"]}, "fax is not one of the available choices"),
        ({"note": "Storm", "channels": ["sms"], "expires_at": yesterday}, "The end must be in the future"),
    ):
        answer = client.post(address(draft, "batch-form"), fields)
        assert answer.status_code == 422
        assert told in answer.content.decode()

    draft.refresh_from_db()
    assert draft.foreseen is None


def test_a_large_batch_is_left_to_the_workers(agent: User) -> None:
    crowd = make_crowd(201)
    client = as_user(agent)
    first = Contact.objects.get(pk=crowd[0])
    choose(client, Action.BLOCK, [first], select_across="1")
    draft = Batch.objects.get()
    client.post(address(draft, "batch-form"), {"note": "Spammers"})

    client.post(address(draft, "batch-start"))

    draft.refresh_from_db()
    assert (draft.status, draft.done) == (Status.QUEUED, 0)
    assert ProcrastinateJob.objects.get().args == {"batch_id": str(draft.pk)}
    assert json.loads(client.get(address(draft, "batch-progress")).content) == {
        "done": 0,
        "total": 201,
        "running": True,
    }
    assert "0</span> of 201 contacts" in client.get(address(draft)).content.decode()


def test_a_very_large_draft_is_counted_by_the_workers_before_it_can_start(agent: User) -> None:
    crowd = make_crowd(1001)
    client = as_user(agent)
    choose(client, Action.SET_DND, [Contact.objects.get(pk=crowd[0])], select_across="1")
    draft = Batch.objects.get()
    client.post(address(draft, "batch-form"), {"note": "Storm", "channels": ["sms"]})
    counting = client.get(address(draft, "batch-preview")).content.decode()

    assert "1,000</span> of 1,001 contacts counted" in counting
    assert "Do it for" not in counting
    assert ProcrastinateJob.objects.get().task_name == "count_batch"

    jobs.count_batch(batch_id=str(draft.pk))

    assert "Do it for 1,001 contacts" in client.get(address(draft, "batch-preview")).content.decode()
    assert json.loads(client.get(address(draft, "batch-progress")).content)["running"] is False


# Who may


@pytest.mark.parametrize("role", ["agent", "marketing", "support", "compliance"])
@pytest.mark.parametrize("action", [action for action in Action if action is not Action.UNDO])
def test_every_role_gets_the_actions_of_its_permissions(
    role: str, action: Action, request: pytest.FixtureRequest, ada: Contact
) -> None:
    client = as_user(request.getfixturevalue(role))
    allowed = role != "marketing" or action in {Action.ADD_TO_LIST, Action.REMOVE_FROM_LIST}

    offered = f'value="{action}"' in client.get(LIST).content.decode()
    choose(client, action, [ada])

    assert offered is allowed
    assert Batch.objects.exists() is allowed


def test_marketing_sees_and_undoes_no_batch_of_dnd(agent: User, marketing: User, ada: Contact) -> None:
    batch = started(as_user(agent), Action.SET_DND, [ada], channels=["sms"])
    client = as_user(marketing)

    for name in ("batch", "batch-rows", "batch-progress", "batch-undo"):
        assert client.get(address(batch, name)).status_code == 403
    for name in ("batch-undo", "batch-resume", "batch-start", "batch-form"):
        assert client.post(address(batch, name), {"note": "Please"}).status_code == 403

    assert Suppression.objects.filter(lifted_at=None).count() == 1
    assert address(batch) not in client.get(reverse("admin:batches")).content.decode()


def test_another_agent_undoes_once_and_never_again(agent: User, support: User, ada: Contact) -> None:
    batch = started(as_user(agent), Action.SET_DND, [ada], channels=["sms"])
    client = as_user(support)
    client.post(address(batch, "batch-undo"), {"note": "Not this one"})

    again = client.post(address(batch, "batch-undo"), {"note": "Once more"})

    assert "undone before" in said(again)
    assert Batch.objects.filter(action=Action.UNDO).count() == 1
    assert Batch.objects.get(action=Action.UNDO).created_by == support


def test_a_superuser_lifts_no_permanent_dnd_in_bulk(superuser: User, bo: Contact) -> None:
    dnd.record_verbal_opt_out(
        contact_id=bo.pk, channels=[Channel.SMS], by=SYSTEM, at=timezone.now() - timedelta(days=1), note="On the phone"
    )
    before = Suppression.objects.values().get()

    # The preview offers no button, so this is forged.
    batch = started(as_user(superuser), Action.LIFT_DND, [bo], channels=["sms", "all"])

    assert batch.outcomes == {"permanent_dnd": 1}
    assert Suppression.objects.values().get() == before
    assert LedgerEntry.objects.filter(effect="refused", code="permanent_dnd", contact_id=bo.pk).exists()


# Forged requests


@pytest.mark.parametrize("action", ["approve_evidence", "undo", "lift_permanent", "delete_selected", ""])
def test_forged_actions_are_refused(agent: User, ada: Contact, action: str) -> None:
    before = Contact.objects.values().get()

    choose(as_user(agent), action, [ada])

    assert not Batch.objects.exists()
    assert Contact.objects.values().get() == before


def test_deleted_and_unknown_contacts_can_not_be_smuggled_in(agent: User, ada: Contact, bo: Contact) -> None:
    delete_contact(contact_id=bo.pk, by=SYSTEM, at=timezone.now())

    as_user(agent).post(LIST, {"action": "block", "_selected_action": [ada.pk, bo.pk, 987654321]})

    assert Batch.objects.get().contact_ids == [ada.pk]


def test_ids_in_the_form_change_nobody_else(agent: User, ada: Contact, bo: Contact) -> None:
    client = as_user(agent)
    draft = drafted(client, Action.SET_DND, [ada], channels=["sms"], contact_ids=[bo.pk], _selected_action=[bo.pk])

    client.post(address(draft, "batch-start"), {"contact_ids": [bo.pk], "action": "lift_dnd"})

    assert list(BatchItem.objects.values_list("contact_id", "outcome")) == [(ada.pk, "changed")]
    assert not Suppression.objects.filter(contact=bo).exists()


def test_a_draft_is_its_makers_alone(agent: User, support: User, ada: Contact) -> None:
    draft = drafted(as_user(agent), Action.SET_DND, [ada], channels=["sms"])
    client = as_user(support)

    for name in ("batch", "batch-form", "batch-preview"):
        assert client.get(address(draft, name)).headers["Location"] == LIST
    client.post(address(draft, "batch-start"))

    assert Batch.objects.get().status == Status.DRAFT


def test_reading_a_page_starts_and_undoes_nothing(agent: User, ada: Contact) -> None:
    client = as_user(agent)
    draft = drafted(client, Action.SET_DND, [ada], channels=["sms"])
    assert client.get(address(draft, "batch-start")).status_code == 405
    assert Batch.objects.get().status == Status.DRAFT

    client.post(address(draft, "batch-start"))
    client.get(address(draft, "batch-undo"))
    assert client.get(address(draft, "batch-resume")).status_code == 405

    assert Suppression.objects.filter(lifted_at=None).count() == 1


def test_pressing_start_twice_does_it_once(agent: User, ada: Contact) -> None:
    client = as_user(agent)
    batch = started(client, Action.SET_DND, [ada], channels=["sms"])

    again = client.post(address(batch, "batch-start"))

    assert "started before" in said(again)
    assert LedgerEntry.objects.count() == 1


def test_start_before_the_form_leads_back_to_it(agent: User, ada: Contact) -> None:
    client = as_user(agent)
    choose(client, Action.BLOCK, [ada])
    draft = Batch.objects.get()

    client.post(address(draft, "batch-start"))

    assert not Suppression.objects.exists()
    assert client.get(address(draft), follow=True).redirect_chain[-1][0] == address(draft, "batch-form")


def test_an_unknown_batch_leads_to_the_list(agent: User) -> None:
    answer = as_user(agent).get(reverse("admin:batch", args=[uuid.uuid4()]))

    assert answer.headers["Location"] == LIST
    assert "does not exist" in said(answer)


def test_nobody_gets_in_without_logging_in(client: Client, agent: User, ada: Contact) -> None:
    batch = started(as_user(agent), Action.SET_DND, [ada], channels=["sms"])

    answer = client.post(address(batch, "batch-undo"), {"note": "Let me"})

    assert "/login/" in answer.headers["Location"]
    assert Suppression.objects.filter(lifted_at=None).exists()


def test_the_pages_ask_a_bounded_number_of_questions(agent: User, django_assert_max_num_queries: object) -> None:
    crowd = list(Contact.objects.filter(pk__in=make_crowd(150)))
    client = as_user(agent)
    batch = started(client, Action.SET_DND, crowd, channels=["sms"])

    for name in ("batch", "batch-rows", "batch-undo"):
        with django_assert_max_num_queries(25):  # type: ignore[operator]
            assert client.get(address(batch, name)).status_code == 200
