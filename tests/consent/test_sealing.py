"""Sealing, publishing heads, and what staff and operators are told."""

from __future__ import annotations

import json
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from consent import jobs
from consent.models import LedgerEntry, LedgerSeal, LedgerVerification
from consent.proofs import NO_HEAD, climb, head_of, leaf, skip_number, tree_paths, tree_root, way_back
from consent.selectors.seals import all_seals
from consent.services import seal_heads, sealing
from consent.services.seal_heads import HeadsDiffer, InvalidHeadsFile, publish_heads, read_heads
from tests.consent.sealed import AT, make_sealed_ledger, write
from tests.consent.test_verification import as_superuser, tamper

concurrent = pytest.mark.django_db(transaction=True)
SEALS = "/admin/consent/ledgerseal/"


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=40), st.data())
def test_a_path_leads_from_its_leaf_to_the_root_and_from_no_other(data: list[bytes], draw: st.DataObject) -> None:
    leaves = [leaf(each) for each in data]
    place = draw.draw(st.integers(0, len(leaves) - 1))

    (steps,) = tree_paths(leaves, [place])

    assert climb(leaves[place], steps) == tree_root(leaves)
    assert climb(leaf(data[place] + b"x"), steps) != tree_root(leaves)


@given(st.integers(1, 10**6), st.data())
def test_any_old_seal_is_few_steps_from_the_newest(newest: int, draw: st.DataObject) -> None:
    wanted = draw.draw(st.integers(1, newest))

    way = list(way_back(newest, wanted))

    assert (way[0], way[-1]) == (newest, wanted)
    assert all(after in {before - 1, skip_number(before)} for before, after in pairwise(way))
    assert len(way) <= 20 * 20


@concurrent
def test_each_seal_follows_the_one_before_it_and_names_an_older_one() -> None:
    make_sealed_ledger()
    found = {seal.facts.number: seal for seal in all_seals()}

    assert [seal.facts.count for seal in found.values()] == [1, 5, 2, 8, 3]
    assert found[1].facts.previous_head == found[4].facts.skip_head == NO_HEAD
    assert found[5].facts.previous_head == found[5].facts.skip_head == found[4].head
    assert all(head_of(seal.facts) == seal.head for seal in found.values())
    assert sealing.seal_due(at=AT) == []


@concurrent
def test_a_large_backlog_is_sealed_in_several_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 4)
    write(10)

    assert sealing.seal_due(at=AT) == [1, 2, 3]


@concurrent
def test_sealing_waits_for_an_open_transaction_and_holds_no_writer_up() -> None:
    write(1)
    with transaction.atomic():
        write(2)
        assert sealing.seal_due(at=AT) == [1]

    assert sealing.seal_due(at=AT) == [2]
    assert [seal.facts.count for seal in all_seals()] == [1, 2]


@pytest.mark.parametrize("change", ["UPDATE {} SET head = 'x'", "DELETE FROM {}"])
@concurrent
def test_the_database_refuses_any_change_of_a_seal(change: str) -> None:
    make_sealed_ledger()

    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        connection.cursor().execute(change.format("consent_ledgerseal"))


@concurrent
def test_two_seals_never_follow_the_same_one() -> None:
    make_sealed_ledger()
    seal = LedgerSeal.objects.get(number=2)
    seal.number, seal.head = 6, "f" * 64

    with pytest.raises(IntegrityError), transaction.atomic():
        seal.save(force_insert=True)


@concurrent
def test_the_job_publishes_heads_and_adds_to_them(tmp_path: Path, settings: Settings) -> None:
    settings.LEDGER_HEADS_FILE = str(tmp_path)
    for _ in range(2):
        write(3)
        jobs.seal_ledger(timestamp=0)
    jobs.seal_ledger(timestamp=0)

    assert read_heads(tmp_path / "ledger-heads.jsonl") == {row.number: row.head for row in LedgerSeal.objects.all()}


@concurrent
@pytest.mark.parametrize("cut", [1, 20])
def test_a_line_that_a_killed_worker_left_unfinished_is_finished(tmp_path: Path, cut: int) -> None:
    make_sealed_ledger()
    path = tmp_path / "heads"
    publish_heads(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])

    publish_heads(path)

    assert path.read_bytes() == whole


@concurrent
def test_heads_of_another_ledger_are_never_added_to(tmp_path: Path) -> None:
    make_sealed_ledger()
    path = tmp_path / "heads"
    path.write_text(f'{{"head":"{"e" * 64}","number":3}}\n')
    before = path.read_bytes()

    with pytest.raises(HeadsDiffer):
        publish_heads(path)

    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "text", ["[]", "no json", '{"number": 1}', '{"number": 1, "head": "a"}\n{"number": 1, "head": "b"}']
)
def test_a_file_that_holds_no_heads_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "heads").write_text(text)

    with pytest.raises(InvalidHeadsFile):
        read_heads(tmp_path / "heads")


def run(*arguments: str) -> tuple[str, int]:
    out = StringIO()
    try:
        call_command("verify_ledger", *arguments, stdout=out)
    except SystemExit as end:
        return out.getvalue(), int(str(end.code))
    return out.getvalue(), 0


@concurrent
def test_the_command_says_in_words_and_by_its_exit_code_what_it_found(tmp_path: Path) -> None:
    make_sealed_ledger()
    path = tmp_path / "heads.jsonl"
    call_command("export_seal_heads", str(path), stdout=StringIO())

    words, code = run("--heads", str(path))
    assert code == 0
    assert "Everything holds" in words
    with as_superuser():
        entry_id = LedgerEntry.objects.earliest("id").pk
        tamper("UPDATE consent_ledgerentry SET actor = 'user:6' WHERE id = %s", entry_id)
        words, code = run()
        as_json, _ = run("--json")

    assert code == 1
    assert f"DOES NOT HOLD: Entry {entry_id} was changed after seal 1." in words
    assert json.loads(as_json)["findings"] == [
        {
            "code": "entry_changed",
            "text": f"Entry {entry_id} was changed after seal 1.",
            "seal": 1,
            "entries": [entry_id],
        }
    ]


@concurrent
def test_heads_that_vanished_are_a_finding(tmp_path: Path) -> None:
    make_sealed_ledger()

    words, code = run("--heads", str(tmp_path / "gone"))

    assert code == 1
    assert "can't be read" in words


@concurrent
def test_staff_see_how_it_stands_and_the_desk_tells_when_it_does_not_hold(
    client: Client, superuser: User, settings: Settings
) -> None:
    client.force_login(superuser)
    assert "It has not been verified yet" in client.get(SEALS).content.decode()
    with time_machine.travel(timezone.now(), tick=False):
        make_sealed_ledger()
        jobs.verify_ledger_now(user_id=superuser.pk)
        page = client.get(SEALS).content.decode()
        assert "Everything holds" in page
        assert "Every entry is sealed." in page
        assert "ledger" not in [card.title.lower() for card in client.get("/admin/").context["cards"]]

        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE consent_ledgerentry DISABLE TRIGGER USER")
            cursor.execute(
                "UPDATE consent_ledgerentry SET detail = 'forged' WHERE id = (SELECT min(id) FROM consent_ledgerentry)"
            )
            cursor.execute("ALTER TABLE consent_ledgerentry ENABLE TRIGGER USER")
        jobs.verify_ledger(timestamp=0)
        write(1)

        page = client.get(SEALS).content.decode()
        assert "Does not hold" in page
        assert "was changed after seal 1." in page
        assert "1 newer entry waits" in page
        titles = [card.title for card in client.get("/admin/").context["cards"]]
    assert "Findings in the ledger" in titles
    assert "Ledger entries without a seal" in titles  # recorded long ago, by the clock of the test
    assert [each.holds for each in LedgerVerification.objects.order_by("id")] == [True, False]


@concurrent
def test_a_verification_can_be_asked_for(client: Client, superuser: User) -> None:
    client.force_login(superuser)

    answers = [client.post(f"{SEALS}verify/", follow=True).content.decode() for _ in range(2)]

    assert "The worker checks the ledger now." in answers[0]
    assert "waiting for the worker already" in answers[1]


def test_heads_go_into_a_file_or_into_a_directory(tmp_path: Path) -> None:
    assert seal_heads.heads_path(str(tmp_path)) == tmp_path / "ledger-heads.jsonl"
    assert seal_heads.heads_path(str(tmp_path / "heads")) == tmp_path / "heads"
