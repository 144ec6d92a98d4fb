"""The register as a CSV file."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consent.selectors.register_lines import COLUMNS, register_lines


class Command(BaseCommand):
    help = "Write what silences whom as CSV, in a form that import_suppressions takes over into another register."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="where to; - for the standard output")
        parser.add_argument("--all", action="store_true", help="lifted ones too; without it what stands now")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"] == "-":
            self._write(self.stdout, with_lifted=options["all"])
            return
        path = Path(options["file"])
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                count = self._write(file, with_lifted=options["all"])
        except OSError as error:
            raise CommandError(f"{path} can't be written: {error.strerror}.") from error
        self.stderr.write(f"{count} lines written to {path.name}.")

    def _write(self, file: Any, *, with_lifted: bool) -> int:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        count = 0
        for line in register_lines(with_lifted=with_lifted):
            rows.writerow(line)
            count += 1
        return count
