"""The heads of all seals, for a place outside."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consent.services.seal_heads import export_heads


class Command(BaseCommand):
    help = "Write the head of every seal into a file, a line of JSON each, for a place that this database can't reach."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = export_heads(options["file"])
        except OSError as error:
            raise CommandError(f"{options['file']} can't be written: {error}. Name another place.") from error
        self.stdout.write(f"{count} heads written to {options['file'].name}.")
