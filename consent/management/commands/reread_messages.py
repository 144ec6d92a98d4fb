"""What would differ if stored messages were read with other words."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consent.keywords import DEFAULT_WORDS, WordLists, WordRefused
from consent.keywords.entries import with_entries
from consent.selectors.words import UnknownVersion, lists_of_version, read_entries, word_lists
from consent.services.rereading import Reread, reread

NOTHING, DIFFERS, FAILED = 0, 1, 2
"""Exit codes, as those of diff."""


class Command(BaseCommand):
    help = (
        "Read stored messages again with other words and report what would differ. Nothing is changed. "
        "Exit code: 0 nothing would differ, 1 something would, 2 the words can't be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--words", metavar="VERSION", help="A version of the Words page, or 0 for none of our own.")
        which.add_argument(
            "--file", type=Path, help='JSON: {"entries": [{"kind": "phrase", "text": "pack it in now"}]}'
        )
        parser.add_argument("--since", help="Messages from this moment on: 2026-11-01 or 2026-11-01T09:00+01:00.")
        parser.add_argument("--quiet", action="store_true", help="Counts only, no line per message.")

    def handle(self, *args: Any, **options: Any) -> None:
        words, since = self._words(options), self._since(options["since"])
        seen, changes = 0, Counter[str]()
        for change in reread(words=words, since=since):
            seen += 1
            if change is None:
                continue
            changes[f"{change.was} → {change.now}"] += 1
            if not options["quiet"]:
                self.stdout.write(_line(change))
        for sort, count in changes.most_common():
            self.stdout.write(f"{count:>8}  {sort}")
        self.stdout.write(f"{seen} messages read with words {words.version}: {changes.total()} would differ.")
        if changes:
            raise SystemExit(DIFFERS)

    def _words(self, options: dict[str, Any]) -> WordLists:
        try:
            if options["file"]:
                stored = json.loads(options["file"].read_text())["entries"]
                return with_entries(DEFAULT_WORDS, read_entries(stored), version=options["file"].name[:40])
            return lists_of_version(options["words"]) if options["words"] else word_lists()
        except (UnknownVersion, WordRefused, OSError) as error:
            raise CommandError(str(error), returncode=FAILED) from error
        except (ValueError, KeyError, TypeError) as error:
            raise CommandError(
                f"{options['file']} holds no word entries as a version of the words keeps them ({error}).",
                returncode=FAILED,
            ) from error

    def _since(self, given: str | None) -> datetime | None:
        if given is None:
            return None
        try:
            moment = datetime.fromisoformat(given)
        except ValueError as error:
            raise CommandError(f"--since: {error}. Give one such as 2026-11-21T14:00Z.", returncode=FAILED) from error
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _line(change: Reread) -> str:
    told = f" by “{change.matched}”" if change.matched else ""
    when = f"{change.occurred_at:%Y-%m-%d %H:%M}"
    return f"{when} {change.channel} message {change.message_id}: {change.was} → {change.now}{told} ({change.rule})"
