"""The rules as people read them: complete, true to the table, and docs/rules.md as the running code has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from consent.rules import RULES
from consent.rules_page import NONE, RuleRow, render_markdown, rule_sections

REPOSITORY = Path(__file__).parents[2]
ROWS = [row for section in rule_sections(RULES) for row in section.rows]


def row(code: str) -> RuleRow:
    return next(each for each in ROWS if each.code == code)


def test_the_page_in_the_repository_is_fresh() -> None:
    written = (REPOSITORY / "docs" / "rules.md").read_text(encoding="utf-8")

    assert written == render_markdown(RULES), "docs/rules.md is stale: run manage.py print_rules"


def test_every_rule_is_a_row_once() -> None:
    assert sorted((each.code, each.trigger) for each in ROWS) == sorted((rule.code, rule.trigger) for rule in RULES)


@pytest.mark.parametrize("each", ROWS, ids=lambda each: each.code)
def test_every_row_fills_every_cell(each: RuleRow) -> None:
    assert all((each.code, each.trigger, each.channel, each.kind, each.covers, each.target, each.lifted_by))
    assert each.source
    assert each.why
    assert (each.lifted_by == NONE) == (each.covers == NONE) == (each.target == NONE)


def test_a_rule_that_silences_says_for_whom_how_long_and_what_ends_it() -> None:
    assert row("R08") == RuleRow(
        code="R08",
        trigger="Unsubscribe: provider event, one-click, footer link",
        channel="E-mail",
        kind="temporary “Unsubscribed”",
        covers="all but transactional messages",
        target="the address, and every contact holding it",
        lifted_by="By the contact on the preference page, staff or the end it was given."
        " Staff record the contact's later consent: when, how, and its words.",
        source="CAN-SPAM 16 CFR 316.5; RFC 8058",
        why="Marketing mail ends; receipts and password resets still arrive.",
    )


WORDS = [
    ("R01", "channel", "SMS, Calls & Voicemail, E-mail, Google Business Messages"),
    ("R02", "channel", "the channel it came on, or those chosen"),
    ("R09", "lifted_by", "By approved opt-in evidence."),
    ("R16", "channel", "all channels"),
    ("R18", "channel", "SMS, calls and WhatsApp"),
    (
        "R21",
        "kind",
        "temporary “Blocked”, from the contact; temporary “Blocked”; temporary “Switched on by staff” on SMS",
    ),
    ("R24", "kind", "as asked, else permanent “Imported suppression”"),
    ("R24", "covers", "as asked"),
    ("R33", "channel", "any"),
    ("R33", "kind", NONE),
    ("L03", "channel", "WhatsApp, Messenger"),
    ("L03", "kind", "ends “Opted out”"),
    ("L05", "kind", "ends “Unsubscribed”, “Do Not Contact” (permanent), “Objected to marketing”"),
    ("M01", "lifted_by", NONE),
]


@pytest.mark.parametrize(("code", "cell", "expected"), WORDS)
def test_what_a_cell_says(code: str, cell: str, expected: str) -> None:
    assert getattr(row(code), cell) == expected


def test_the_page_begins_with_words_and_has_a_table_of_every_code() -> None:
    page = render_markdown(RULES)

    assert page.startswith("# ")
    for heading in ("Who is silenced", "Permanent and temporary", "The order of events"):
        assert f"\n## {heading}\n" in page
    for rule in RULES:
        assert page.count(f"\n| {rule.code} | ") >= 2
    for line in page.splitlines():
        assert not line.startswith("|") or line.endswith(" |")


def test_the_command_writes_the_page_and_checks_it(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.BASE_DIR = tmp_path
    page = tmp_path / "docs" / "rules.md"

    with pytest.raises(CommandError, match="print_rules"):
        call_command("print_rules", "--check")
    call_command("print_rules")
    call_command("print_rules", "--check")
    assert page.read_text(encoding="utf-8") == render_markdown(RULES)
    assert "Wrote" in capsys.readouterr().out

    page.write_text("# Other rules\n", encoding="utf-8")
    with pytest.raises(CommandError, match="does not tell the rules as they run"):
        call_command("print_rules", "--check")
    assert page.read_text(encoding="utf-8") == "# Other rules\n"
