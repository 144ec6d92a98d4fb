"""Own words in force: saved as versions, read by the doors, never taking a reserved word away."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from consent.keywords import DEFAULT_WORDS
from consent.keywords.entries import EntryKind, OwnEntry
from consent.models import InboundMessage, LedgerEntry, Suppression, WordListVersion
from consent.selectors.words import own_entries, word_lists
from consent.services.words import UnableToChangeWords, change_words
from contacts.models import Contact
from contacts.values import Actor
from tests.conftest import actor
from tests.consent.doors import INBOUND, knock, sms
from tests.factories.lists import make_list

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

LEAVE = OwnEntry(EntryKind.PHRASE, "pack it in now", "en")
STOPPA = OwnEntry(EntryKind.STRONG, "stoppa", "sv")


@pytest.fixture
def editor(compliance: User) -> Actor:
    return actor(compliance)


def codes(refused: pytest.ExceptionInfo[UnableToChangeWords]) -> list[tuple[str, str, int | None]]:
    return [(problem.code, problem.field, problem.position) for problem in refused.value.problems]


def test_a_new_word_counts_from_the_next_message_on(ada: Contact, editor: Actor, at: datetime) -> None:
    knock(INBOUND, sms("+15035550101", "please pack it in now"))
    change_words(add=[LEAVE], note="Heard twice.", expected=0, by=editor, at=at)

    knock(INBOUND, sms("+15035550101", "please pack it in now"))

    assert list(InboundMessage.objects.order_by("id").values_list("message_class", "word_list")) == [
        ("none", DEFAULT_WORDS.version),
        ("opt_out", f"{DEFAULT_WORDS.version}+1"),
    ]
    assert Suppression.objects.get().rule == "R01"
    assert LedgerEntry.objects.latest("id").detail == "pack it in now"


def test_each_change_is_a_version_that_stays_as_it_was(editor: Actor, at: datetime) -> None:
    change_words(add=[LEAVE], note="First.", expected=0, by=editor, at=at)
    change_words(add=[STOPPA], remove=[LEAVE], note="Swedish.", expected=1, by=editor, at=at)

    assert own_entries() == (STOPPA,)
    first, second = WordListVersion.objects.order_by("number")
    assert [entry["text"] for entry in first.entries] == ["pack it in now"]
    assert (second.note, second.saved_by_id) == ("Swedish.", editor.user_id)
    assert word_lists().languages[-1] == "sv"
    for attack in (lambda: WordListVersion.objects.update(entries=[]), lambda: first.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            attack()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"add": [OwnEntry(EntryKind.OPT_OUT, "start")]}, [("other_class", "text", 0)]),
        ({"add": [LEAVE, OwnEntry(EntryKind.OPT_IN, "ok")]}, [("everyday_word", "text", 1)]),
        ({"add": [OwnEntry(EntryKind.OPT_OUT, "nopromo")]}, [("list_keyword", "text", 0)]),
        ({"remove": [OwnEntry(EntryKind.OPT_OUT, "STOP")]}, [("reserved", "remove", None)]),
        ({"remove": [OwnEntry(EntryKind.PHRASE, "stop texting")]}, [("not_listed", "remove", None)]),
        ({"add": [LEAVE], "note": " "}, [("note_required", "note", None)]),
        ({}, [("nothing_to_change", "text", None)]),
        ({"add": [LEAVE], "expected": 3}, [("stale", "", None)]),
    ],
)
def test_what_can_not_be_saved_names_the_field_and_changes_nothing(
    editor: Actor, at: datetime, given: dict[str, object], expected: list[tuple[str, str, int | None]]
) -> None:
    make_list("promo", keyword="NOPROMO")

    with pytest.raises(UnableToChangeWords) as refused:
        change_words(**{"note": "Why.", "expected": 0, **given}, by=editor, at=at)

    assert codes(refused) == expected
    assert not WordListVersion.objects.exists()
    assert word_lists() is DEFAULT_WORDS


def test_the_lists_in_force_cost_one_small_query(editor: Actor, at: datetime) -> None:
    change_words(add=[LEAVE], note="First.", expected=0, by=editor, at=at)
    first = word_lists()

    with CaptureQueriesContext(
        connection,
    ) as queries:
        again = word_lists()

    assert again is first
    assert len(queries) == 1


@pytest.mark.parametrize("body", ["not interested", "I already have one"])
def test_no_interest_closes_the_lead_and_silences_nobody(ada: Contact, body: str) -> None:
    knock(INBOUND, sms("+15035550101", body))

    message = InboundMessage.objects.get()
    assert message.message_class == "soft"
    entry = LedgerEntry.objects.get()
    assert (entry.kind, entry.rule, entry.effect, entry.message_id) == ("text_soft", "R30", "nothing", message.pk)
    assert entry.detail == message.disposition != ""
    assert not Suppression.objects.exists()


def run(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Return the exit code and what the command printed."""
    try:
        call_command("reread_messages", *arguments)
    except SystemExit as ended:
        return int(ended.code or 0), capsys.readouterr().out
    return 0, capsys.readouterr().out


def test_rereading_reports_what_would_differ_and_changes_nothing(
    ada: Contact, editor: Actor, at: datetime, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for body, more in (
        ("please pack it in now", {}),
        ("STOP", {"OptOutType": "STOP"}),
        ("pare", {"OptOutType": "STOP"}),
        ("Weiter", {"ButtonText": "Stop promotions", "ButtonPayload": "stop"}),
        ("hello", {}),
        ("yes", {}),
    ):  # what the provider or a button said goes before any word
        knock(INBOUND, sms("+15035550101", body, **more))
    before = (list(InboundMessage.objects.values()), LedgerEntry.objects.count(), Suppression.objects.count())
    assert run(capsys=capsys) == (0, f"6 messages read with words {DEFAULT_WORDS.version}: 0 would differ.\n")

    file = tmp_path / "words.json"
    file.write_text('{"entries": [{"kind": "phrase", "text": "pack it in now"}]}')
    code, told = run("--file", str(file), capsys=capsys)

    assert code == 1
    assert "none → opt_out by “pack it in now” (K07)" in told
    assert "1  none → opt_out" in told
    assert "6 messages read with words words.json: 1 would differ." in told
    assert (list(InboundMessage.objects.values()), LedgerEntry.objects.count(), Suppression.objects.count()) == before
    change_words(add=[LEAVE], note="Heard it.", expected=0, by=editor, at=at)
    assert run("--words", "1", "--quiet", capsys=capsys)[0] == 1
    assert run("--words", "0", capsys=capsys)[0] == 0
    assert run("--words", f"{DEFAULT_WORDS.version}+1", "--since", "2099-01-01", capsys=capsys)[0] == 0


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("", ["--words", "12"]),
        ("", ["--words", "next"]),
        ("", ["--since", "yesterday"]),
        ("{}", ["--file"]),
        ("no json", ["--file"]),
        ('{"entries": [{"kind": "spell", "text": "x"}]}', ["--file"]),
        ('{"entries": [{"kind": "opt_out", "text": "start"}]}', ["--file"]),
    ],
)
def test_rereading_with_words_that_are_none_ends_with_code_2(tmp_path: Path, text: str, arguments: list[str]) -> None:
    file = tmp_path / "words.json"
    file.write_text(text)
    given = [*arguments, str(file)] if arguments == ["--file"] else arguments

    with pytest.raises(CommandError) as refused:
        call_command("reread_messages", *given)

    assert refused.value.returncode == 2
