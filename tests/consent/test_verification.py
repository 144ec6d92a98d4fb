"""Whatever is changed behind the product's back, by whoever owns the database, is found and named."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.models import LedgerEntry, LedgerSeal
from consent.proofs import COLUMNS
from consent.selectors.seals import all_seals
from consent.selectors.verification import Verified, verify
from consent.services import sealing
from tests.consent.sealed import AT, make_sealed_ledger, write

pytestmark = pytest.mark.django_db(transaction=True)
many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

TIMES = ("occurred_at", "recorded_at")
UUIDS = ("public_id", "event_id")
NUMBERS = tuple(name for name in COLUMNS[1] if name.endswith("_id") and name not in UUIDS)


@pytest.fixture
def ledger() -> dict[int, str]:
    """Return the heads of a sealed ledger, as they were published."""
    make_sealed_ledger()
    write(2)
    return {seal.facts.number: seal.head for seal in all_seals()}


@contextmanager
def as_superuser() -> Iterator[None]:
    """Let the database owner do what no trigger hinders, and take it back at the end."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        transaction.set_rollback(True)


def tamper(sql: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def codes(found: Verified) -> list[str]:
    return [finding.code for finding in found.findings]


def sealed_ids() -> list[int]:
    last = LedgerSeal.objects.order_by("-number")[0]
    return list(LedgerEntry.objects.filter(id__lte=last.last_entry_id).order_by("id").values_list("id", flat=True))


def test_a_ledger_that_nobody_touched_holds(ledger: dict[int, str]) -> None:
    found = verify(published=ledger)

    assert found.holds
    assert (found.seals, found.entries, found.unsealed, found.newest_head) == (5, 19, 2, ledger[5])


def test_a_ledger_without_entries_holds(db: None) -> None:
    assert verify().holds


@many
@given(data=st.data())
def test_any_changed_column_of_any_sealed_entry_is_found_and_named(ledger: dict[int, str], data: st.DataObject) -> None:
    entry_id = data.draw(st.sampled_from(sealed_ids()))
    column = data.draw(st.sampled_from(COLUMNS[1]))
    with as_superuser():
        old = LedgerEntry.objects.values_list(column, flat=True).get(pk=entry_id)
        new = _other(old, column, data)
        tamper(f"UPDATE consent_ledgerentry SET {column} = %s WHERE id = %s", new, entry_id)

        found = verify()

    assert not found.holds
    if column not in {"id", "transaction_number"}:
        assert [(finding.code, finding.entries) for finding in found.findings] == [("entry_changed", (entry_id,))]


@pytest.mark.parametrize("table", [LedgerEntry, LedgerSeal], ids=["entries", "seals"])
def test_one_bit_of_any_column_is_enough(ledger: dict[int, str], table: type[LedgerEntry] | type[LedgerSeal]) -> None:
    """By chance above, and here in each column for sure, as the database's owner would with a statement."""
    missed = []
    for field in table._meta.concrete_fields:
        with as_superuser():
            pk = table.objects.order_by("pk").values_list("pk", flat=True)[1]
            change = _A_BIT[field.get_internal_type()].format(field.column)
            tamper(
                f"UPDATE {table._meta.db_table} SET {field.column} = {change} WHERE {table._meta.pk.column} = %s", pk
            )
            if verify().holds:
                missed.append(field.column)
    assert missed == []


_A_BIT = {
    "BigAutoField": "{0} + 1000000",
    "BigIntegerField": "coalesce({0}, 0) # 4194304",
    "IntegerField": "{0} # 1",
    "SmallIntegerField": "{0} # 2",
    "CharField": "CASE WHEN {0} = '' THEN '0' ELSE chr(ascii({0}) # 1) || substr({0}, 2) END",
    "UUIDField": "encode(set_bit(uuid_send({0}), 0, 1 - get_bit(uuid_send({0}), 0)), 'hex')::uuid",
    "DateTimeField": "{0} + interval '1 microsecond'",
    "BinaryField": "set_bit({0}, 0, 1 - get_bit({0}, 0))",
}


def _other(old: object, column: str, data: st.DataObject) -> object:
    """Return another value that the column takes: one bit away, or any."""
    if column in UUIDS:
        return uuid.UUID(int=int(uuid.UUID(str(old))) ^ 1 << data.draw(st.integers(0, 127)))
    if column in TIMES:
        return old + timedelta(microseconds=data.draw(st.sampled_from([-1, 1, 10**6, -(10**13)])))  # type: ignore[operator]
    if column in NUMBERS or column in {"id", "transaction_number"}:
        return data.draw(st.integers(-(2**63), 2**63 - 1).filter(lambda new: new != old))
    longest = getattr(LedgerEntry._meta.get_field(column), "max_length", 0)
    text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=longest)
    return data.draw(text.filter(lambda new: new != old))


@many
@given(data=st.data())
def test_removed_entries_are_found_and_counted(ledger: dict[int, str], data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.sampled_from(sealed_ids()), min_size=1, max_size=6))
    with as_superuser():
        tamper("DELETE FROM consent_ledgerentry WHERE id = ANY(%s)", list(gone))

        found = verify()

    assert set(codes(found)) == {"entry_removed"}
    assert sum(int(finding.text.split()[0]) for finding in found.findings) == len(gone)


@many
@given(data=st.data())
def test_inserted_entries_are_found_and_named(ledger: dict[int, str], data: st.DataObject) -> None:
    row = LedgerEntry.objects.get(pk=data.draw(st.sampled_from(sealed_ids()[:-3])))  # the last batch has three
    with as_superuser():
        row.pk, row.public_id = data.draw(st.integers(10**6, 10**9)), uuid.uuid4()
        row.save(force_insert=True)

        found = verify()

    assert [(finding.code, finding.entries) for finding in found.findings] == [("entry_inserted", (row.pk,))]


@many
@given(data=st.data())
def test_any_changed_column_of_a_seal_is_found(ledger: dict[int, str], data: st.DataObject) -> None:
    number = data.draw(st.sampled_from(sorted(ledger)))
    column = data.draw(st.sampled_from([field.attname for field in LedgerSeal._meta.concrete_fields]))
    with as_superuser():
        old = LedgerSeal.objects.values_list(column, flat=True).get(pk=number)
        new: object
        if isinstance(old, bytes | memoryview):
            flipped = bytearray(old)
            flipped[data.draw(st.integers(0, len(flipped) - 1))] ^= 1 << data.draw(st.integers(0, 7))
            new = bytes(flipped)
        elif isinstance(old, str):
            place = data.draw(st.integers(0, 63))
            new = old[:place] + ("0" if old[place] != "0" else "f") + old[place + 1 :]
        elif isinstance(old, int):
            most = {"form": 2**15, "entry_count": 2**31}.get(column, 2**63) - 1
            new = data.draw(st.integers(1, most).filter(lambda new: new != old and new not in ledger))
        else:
            new = old + data.draw(st.sampled_from([timedelta(microseconds=1), timedelta(days=-1)]))
        tamper(f"UPDATE consent_ledgerseal SET {column} = %s WHERE number = %s", new, number)

        found = verify()

    assert not found.holds


def test_a_reordered_entry_is_found(ledger: dict[int, str]) -> None:
    early, late = sealed_ids()[2], sealed_ids()[9]
    with as_superuser():
        tamper("UPDATE consent_ledgerentry SET id = -1 WHERE id = %s", early)
        tamper("UPDATE consent_ledgerentry SET id = %s WHERE id = %s", early, late)
        tamper("UPDATE consent_ledgerentry SET id = %s WHERE id = -1", late)

        assert codes(verify()) == ["entry_changed", "entry_changed"] or not verify().holds


def test_what_is_gone_is_told_with_its_place(ledger: dict[int, str]) -> None:
    first, second, third = sealed_ids()[1:4]
    with as_superuser():
        tamper("DELETE FROM consent_ledgerentry WHERE id IN (%s, %s)", second, third)

        (finding,) = verify().findings

    assert finding.text == f"2 entries are gone from under seal 2, after entry {first}."


def test_a_seal_in_the_middle_that_is_gone_with_its_entries_is_missed(ledger: dict[int, str]) -> None:
    with as_superuser():
        seal = LedgerSeal.objects.get(number=3)
        tamper("DELETE FROM consent_ledgerseal WHERE number = 3")
        tamper("DELETE FROM consent_ledgerentry WHERE transaction_number = %s", seal.last_transaction)

        assert codes(verify()) == ["seal_missing"]


def test_newest_seals_that_are_gone_are_told_by_the_published_heads_alone(ledger: dict[int, str]) -> None:
    with as_superuser():
        tamper("DELETE FROM consent_ledgerseal WHERE number > 3")

        assert verify().holds
        assert codes(verify(published=ledger)) == ["seal_missing"]


def test_a_ledger_that_was_sealed_anew_is_told_by_the_published_heads_alone(ledger: dict[int, str]) -> None:
    with as_superuser():
        tamper("UPDATE consent_ledgerentry SET effect = 'lifted' WHERE id = %s", sealed_ids()[0])
        tamper("DELETE FROM consent_ledgerseal")
        sealing.seal_due(at=AT)

        assert verify().holds
        assert set(codes(verify(published=ledger))) == {"head_differs", "seal_missing"}


def test_an_entry_that_dodges_every_seal_is_found(ledger: dict[int, str]) -> None:
    with as_superuser():
        write(1, transaction_number=2**62)

        assert codes(verify()) == ["entry_forged"]


def test_every_column_of_the_ledger_is_sealed() -> None:
    assert sorted(COLUMNS[max(COLUMNS)]) == sorted(field.attname for field in LedgerEntry._meta.concrete_fields)
    assert len(COLUMNS[1]) == 25
