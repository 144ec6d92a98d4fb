"""What the database refuses by itself, whoever asks: each constraint and trigger, broken on purpose."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from consent.vocabulary import Source
from lists import services
from lists.models import ContactList, ListAddressOptOut, ListMembership
from tests.factories.contacts import LONG_AGO
from tests.factories.lists import make_consent, make_list

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def membership(offers, ada, by, at) -> ListMembership:
    """Ada, on the list and opted out of it."""
    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)
    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)
    return ListMembership.objects.get(contact=ada)


@pytest.fixture
def record(membership) -> ListAddressOptOut:
    """The record of Ada's phone."""
    return ListAddressOptOut.objects.get(address__kind="phone")


@pytest.fixture(params=["membership", "record"])
def opt_out(request):
    """Either kind of row that carries an opt-out, as a queryset of that row."""
    row = request.getfixturevalue(request.param)
    return type(row).objects.filter(pk=row.pk)


def consent_columns(given_at, how="phone", text="Yes") -> dict[str, object]:
    return {"consent_given_at": given_at, "consent_how": how, "consent_text": text}


def refused(rows, match: str, **values: object) -> None:
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        rows.update(**values)


def test_an_opt_out_is_not_simply_cleared(opt_out):
    refused(opt_out, "only with a later consent", opted_out_at=None)


@pytest.mark.parametrize("days", [-1, 0])
def test_an_opt_out_is_not_cleared_by_an_older_consent(opt_out, at, days):
    given = at + days * DAY

    refused(opt_out, "only with a later consent", opted_out_at=None, updated_at=at + DAY, **consent_columns(given))


def test_an_opt_out_is_not_cleared_by_a_consent_to_come(opt_out, at):
    refused(opt_out, "in the future", opted_out_at=None, updated_at=at + DAY, **consent_columns(at + 2 * DAY))


@pytest.mark.parametrize(("how", "text"), [("", "Yes"), ("phone", "")])
def test_a_consent_is_told_whole(opt_out, at, how, text):
    columns = consent_columns(at + DAY, how, text)

    refused(opt_out, "consent_whole", opted_out_at=None, updated_at=at + DAY, **columns)


def test_a_whole_and_later_consent_clears_it(opt_out, at):
    assert opt_out.update(opted_out_at=None, updated_at=at + DAY, **consent_columns(at + DAY)) == 1


def test_an_opt_out_is_never_dated_back(opt_out, at):
    refused(opt_out, "never dated back", opted_out_at=at - DAY)


def test_an_opt_out_moves_on_to_a_newer_one(opt_out, at):
    assert opt_out.update(opted_out_at=at + DAY) == 1


def test_a_consent_is_not_recorded_ahead_of_time(opt_out, at):
    refused(opt_out, "ends an opt-out", **consent_columns(at - DAY))


def test_a_consent_is_fixed_once_it_has_brought_back(opt_out, at):
    opt_out.update(opted_out_at=None, updated_at=at + DAY, **consent_columns(at + DAY))

    refused(opt_out, "fixed from then on", consent_text="Something else")
    refused(opt_out, "fixed from then on", **consent_columns(None, "", ""))


def test_whose_and_which_list_never_change(membership, record, bo, news):
    memberships = ListMembership.objects.filter(pk=membership.pk)
    records = ListAddressOptOut.objects.filter(pk=record.pk)

    refused(memberships, "never change", contact_id=bo.pk)
    refused(memberships, "never change", list_id=news.pk)
    refused(records, "never change", list_id=news.pk)
    refused(records, "never change", address_id=bo.held_addresses.first().address_id)


def test_a_blocked_opt_out_stays_even_with_a_consent(membership, at):
    rows = ListMembership.objects.filter(pk=membership.pk)
    rows.update(blocked_at=at)
    back = {"opted_out_at": None, "updated_at": at + DAY, **consent_columns(at + DAY)}

    refused(rows, "unblock first", **back)
    refused(rows, "unblock first", blocked_at=None, **back)
    rows.update(blocked_at=None)
    refused(rows, "unblock first", blocked_at=at, **back)
    assert rows.update(**back) == 1


@pytest.mark.parametrize("flag", ["opted_out_at", "blocked_at"])
def test_a_membership_that_carries_a_no_is_never_deleted(offers, bo, at, flag):
    row = ListMembership.objects.create(
        list=offers, contact=bo, source="staff", changed_by="system", updated_at=at, **{flag: at}
    )

    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        row.delete()
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        ListMembership.objects.filter(pk=row.pk)._raw_delete("default")


def test_the_record_of_an_address_is_never_deleted(record):
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        record.delete()


@pytest.mark.parametrize("table", ["lists_listmembership", "lists_listaddressoptout", "lists_historicallistmembership"])
def test_no_table_is_truncated(truncate_refused, table):
    with pytest.raises(IntegrityError, match="never truncated"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_truncating_lists_does_not_take_memberships_along(truncate_refused):
    with pytest.raises(IntegrityError, match="never truncated"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE lists_contactlist CASCADE")


def test_contacts_and_lists_with_memberships_are_not_deleted(membership, ada, offers):
    with pytest.raises(ProtectedError):
        ada.delete()
    with pytest.raises(ProtectedError):
        offers.delete()


def test_a_contact_has_one_membership_of_a_list(membership, offers, ada, at):
    with pytest.raises(IntegrityError, match="membership_once"), transaction.atomic():
        ListMembership.objects.create(list=offers, contact=ada, source="staff", changed_by="system", updated_at=at)


def test_an_address_has_one_record_of_a_list(record, at):
    with pytest.raises(IntegrityError, match="address_opt_out_once"), transaction.atomic():
        ListAddressOptOut.objects.create(
            list_id=record.list_id,
            address_id=record.address_id,
            opted_out_at=at,
            source="staff",
            changed_by="system",
            updated_at=at,
        )


def test_rows_begin_without_a_consent_and_records_with_an_opt_out(offers, bo, at):
    told = {"list": offers, "source": "staff", "changed_by": "system", "updated_at": at}
    address_id = bo.held_addresses.first().address_id

    with pytest.raises(IntegrityError, match="not before"), transaction.atomic():
        ListMembership.objects.create(contact=bo, **consent_columns(at), **told)
    with pytest.raises(IntegrityError, match="begins with its opt-out"), transaction.atomic():
        ListAddressOptOut.objects.create(address_id=address_id, **told)


def test_an_opt_out_older_than_the_consent_that_stands_is_refused(offers, membership, by, at):
    given = at + DAY
    services.bring_back(
        list_id=offers.pk, contact_id=membership.contact_id, consent=make_consent(given), by=by, at=given
    )

    refused(ListMembership.objects.filter(pk=membership.pk), "newest_act_wins", opted_out_at=at)


def test_history_is_append_only(membership):
    entry = membership.history.first()

    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        entry.delete()
    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        type(entry).objects.update(note="nobody saw this")


def test_saving_a_row_by_hand_keeps_its_history_once(membership):
    before = membership.history.count()

    membership.note = "by hand"
    membership.save()

    assert membership.history.count() == before + 1


def test_a_slug_never_changes(offers):
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        ContactList.objects.filter(pk=offers.pk).update(slug="other")


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"keyword": "nospring"}, "list_keyword_unique"),
        ({"purpose": "nonsense"}, "list_purpose_known"),
        ({"name": ""}, "list_named"),
    ],
)
def test_lists_are_named_and_keywords_are_one_lists_own(offers, news, values, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ContactList.objects.filter(pk=news.pk).update(**values)


def test_a_list_is_not_paired_with_itself(offers):
    with pytest.raises(IntegrityError, match="list_pairs_with_another"), transaction.atomic():
        ContactList.objects.filter(pk=offers.pk).update(opt_out_list_id=offers.pk)


def test_many_lists_have_no_keyword():
    make_list("First")
    make_list("Second")

    assert ContactList.objects.filter(keyword="", created_at=LONG_AGO).count() == 2


def test_no_migration_is_missing():
    call_command("makemigrations", "lists", check=True, dry_run=True, verbosity=0)
