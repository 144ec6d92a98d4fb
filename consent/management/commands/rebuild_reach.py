"""Compare the stored reach of contacts with what the tables say, and put it right."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from consent.services.reach import check_reach, rebuild_reach


class Command(BaseCommand):
    help = (
        "Compare the stored reach of every contact with suppressions and addresses, and write anew what differs. "
        "Exit code with --check: 0 nothing differs, 1 something does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Only compare; change nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            self.stdout.write(f"{rebuild_reach()} rows differed and were written anew.")
            return
        differing = check_reach()
        self.stdout.write(f"{differing} rows differ.")
        if differing:
            raise SystemExit(1)
