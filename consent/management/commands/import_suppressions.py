"""Taking over the suppressions of a CSV file, all or none."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from consent.selectors.business import default_region
from consent.services.foreign_files import Checked, ForeignFile
from consent.services.foreign_rows import RowRefused
from consent.services.importing import import_whole
from contacts.values import SYSTEM


class Command(BaseCommand):
    help = (
        "Take over the suppressions of a CSV file (rule R24): all of them, or none if a line is wrong. It never ends "
        "or weakens anything. Columns: address and channel; reason, kind, covers, direction, since, expires_at "
        "and note if there are any."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="tell what would become of it, and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        path, at, dry_run = options["file"], timezone.now(), options["dry_run"]
        if not path.is_file():
            raise CommandError(f"{path} is no file. It is read several times, so it can't be a pipe.")
        file = ForeignFile(path, default_region(), at)
        try:
            checked = file.check()
            if checked.wrong:
                raise CommandError(_refusal(checked))
            effects = import_whole(chunks=file.chunks, by=SYSTEM, at=at, detail=path.name, dry_run=dry_run)
        except OSError as error:
            raise CommandError(f"{path} can't be read: {error.strerror}.") from error
        except RowRefused as no:
            raise CommandError(f"{path} changed while it was read, so nothing was taken over: {no}") from no
        self.stdout.write("\n".join(_told(checked, effects, dry_run=dry_run)))


def _refusal(checked: Checked) -> str:
    lines = [f"Line {line}: {told}" for line, told in checked.errors]
    if checked.wrong > len(lines):
        lines.append(f"… and {checked.wrong - len(lines)} more.")
    return "\n".join([*lines, f"Nothing was taken over: {checked.wrong} wrong, {checked.rows} right. Mend the file."])


def _told(checked: Checked, effects: Counter[Any], *, dry_run: bool) -> list[str]:
    became = ", ".join(f"{count} {effect.label}" for effect, count in sorted(effects.items())) or "nothing"
    lines = [f"{checked.rows} rows {'would be' if dry_run else 'were'} taken over: {became}."]
    lines += [f"Passed over: {count} {why}." for why, count in sorted(checked.passed_over.items())]
    return [*lines, "Nothing was written."] if dry_run else lines
