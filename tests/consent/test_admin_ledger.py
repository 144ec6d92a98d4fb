"""The ledger on the staff site: who sees whose lines, and how they are found."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from consent.admin.paging import CappedPaginator
from consent.models import LedgerEntry
from consent.services import dnd
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, EventKind, Source
from contacts.models import Contact
from contacts.values import SYSTEM, Actor
from lists.services import remove
from tests.factories.contacts import make_contact
from tests.factories.lists import make_list
from tests.factories.staff_site import Business, make_business, text

pytestmark = pytest.mark.django_db

LEDGER = "/admin/consent/ledgerentry/"


@pytest.fixture
def business(agent: User, by: Actor, at: datetime, connected: None) -> Business:
    return make_business(owner_id=agent.pk, by=by, at=at)


def shown(client: Client, user: User, query: str = "") -> list[LedgerEntry]:
    client.force_login(user)
    return client.get(f"{LEDGER}?{query}").context["cl"].result_list


def test_an_agent_reads_the_lines_about_their_own_contacts_alone(
    client: Client, agent: User, business: Business
) -> None:
    assert {entry.contact_id for entry in shown(client, agent)} == {business.ada.pk}


def test_an_agent_cannot_open_a_line_about_somebody_elses_contact(
    client: Client, agent: User, business: Business
) -> None:
    client.force_login(agent)
    mine = LedgerEntry.objects.filter(contact_id=business.ada.pk).earliest("id")

    assert client.get(f"{LEDGER}{mine.pk}/change/").status_code == 200
    assert client.get(f"{LEDGER}{business.entry.pk}/change/").status_code == 302


def test_a_contact_that_changes_its_owner_takes_its_lines_along(
    client: Client, agent: User, business: Business
) -> None:
    Contact.objects.filter(pk=business.ada.pk).update(owner=None)

    assert shown(client, agent) == []


def test_others_read_everything_newest_first(client: Client, marketing: User, business: Business) -> None:
    entries = shown(client, marketing)

    assert [entry.pk for entry in entries] == list(LedgerEntry.objects.order_by("-id").values_list("pk", flat=True))


def test_one_line_stands_for_each_act_of_a_person(
    client: Client, support: User, business: Business, at: datetime
) -> None:
    make_contact("Twin", phone="+15035550101")
    text("SM3", "START", sender="+15035550101", at=at + timedelta(minutes=1))

    opted_out, opted_in = shown(client, support, "act=opt_out"), shown(client, support, "act=opt_in")

    assert [entry.kind for entry in opted_out] == ["text_opt_out"], "the provider's own block is the same act"
    assert [entry.kind for entry in opted_in] == ["text_opt_in"], "one START frees several rows and is one act"


def test_a_provider_that_knows_of_an_opt_out_that_we_never_saw_counts_as_one(
    client: Client, support: User, ada: Contact, at: datetime
) -> None:
    address_id = ada.held_addresses.get(kind="phone").address_id
    event = ConsentEvent(EventKind.PROVIDER_OPT_OUT, (Channel.SMS,), at, Source.PROVIDER, detail="21610")
    record_event(event=event, address_id=address_id, by=SYSTEM, at=at)

    assert [entry.kind for entry in shown(client, support, "act=opt_out")] == ["provider_opt_out"]


def test_the_ledger_is_filtered_and_searched(client: Client, support: User, business: Business) -> None:
    assert {entry.rule for entry in shown(client, support, "rule=R15")} == {"R15"}
    assert {entry.channel for entry in shown(client, support, "channel__exact=email")} == {"email"}
    assert {entry.source for entry in shown(client, support, "source__exact=contact")} == {"contact"}
    about_bo = {entry.contact_id for entry in shown(client, support, "q=diddley")}
    assert about_bo == {business.bo.pk, None}, "lines about Bo's addresses are about Bo"
    assert shown(client, support, "recorded_at_to=2026-01-01") == []


def test_a_refused_try_is_read_as_a_sentence(
    client: Client, support: User, business: Business, by: Actor, at: datetime
) -> None:
    dnd.lift(contact_id=business.ada.pk, channels=[Channel.SMS], by=by, at=at)
    refused = LedgerEntry.objects.filter(code="permanent_dnd").earliest("id")
    client.force_login(support)

    page = client.get(f"{LEDGER}{refused.pk}/change/").content.decode()

    assert "This DND is permanent: staff can&#x27;t lift it." in page


def test_a_line_about_a_list_can_be_opened(
    client: Client, support: User, ada: Contact, by: Actor, at: datetime
) -> None:
    remove(list_id=make_list().pk, contact_ids=[ada.pk], by=by, at=at)
    client.force_login(support)

    assert client.get(f"{LEDGER}{LedgerEntry.objects.latest('id').pk}/change/").status_code == 200


def test_the_export_keeps_every_column_and_runs_no_formula(
    client: Client, compliance: User, ada: Contact, by: Actor, at: datetime
) -> None:
    dnd.record_verbal_opt_out(contact_id=ada.pk, channels=[Channel.CALL], by=by, at=at, note="no", how="=call")
    client.force_login(compliance)

    answer = client.get(f"{LEDGER}export/")

    head, *rows = csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    assert len(rows) == LedgerEntry.objects.count()
    assert {dict(zip(head, row, strict=True))["detail"] for row in rows} == {"'=call"}
    assert {dict(zip(head, row, strict=True))["recorded_at"] for row in rows} == {"2026-11-21T12:00:00+00:00"}


def test_counting_stops_where_nobody_pages_any_further(ada: Contact, by: Actor, at: datetime) -> None:
    for _ in range(4):
        dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at)

    class FewerAtOnce(CappedPaginator):
        MOST = 3

    paginator = FewerAtOnce(LedgerEntry.objects.order_by("-id"), 2)

    assert (paginator.count, paginator.num_pages, paginator.is_capped) == (3, 2, True)
    assert not CappedPaginator(LedgerEntry.objects.order_by("-id"), 2).is_capped
