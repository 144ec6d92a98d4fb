"""Fill an empty database with the demo business."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.demo import integrations
from config.demo.business import NAME
from config.demo.loader import DatabaseNotEmpty, load
from consent.services import sealing, verifying
from contacts.values import SYSTEM


class Command(BaseCommand):
    help = "Load the demo business, with log-ins that everybody knows, into an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--yes-i-know", action="store_true", help="load it though DEBUG is off")

    def handle(self, *args: Any, yes_i_know: bool, **options: Any) -> None:
        if not settings.DEBUG and not yes_i_know:
            raise CommandError(
                "DEBUG is off, so this looks like production, and the demo brings log-ins that everybody knows. "
                "Pass --yes-i-know if you want them here."
            )
        try:
            loaded = load(now=timezone.now(), progress=self._show)
        except DatabaseNotEmpty as error:
            raise CommandError(
                "There are contacts already; the demo goes into an empty database only. "
                "`make clean` removes this checkout's data, and `make run` begins anew."
            ) from error
        integrations.connect(at=timezone.now())
        sealing.seal_due(at=timezone.now())
        verifying.verify_ledger(by=SYSTEM, at=timezone.now())
        self.stdout.write(
            f"{NAME}: {loaded.contacts} contacts, {loaded.messages:,} messages, {loaded.ledger_entries:,} ledger rows."
        )

    def _show(self, share: float) -> None:
        if sys.stdout.isatty():
            end = "\n" if share == 1 else ""
            self.stdout.write(f"\rLoading the demo business … {share:4.0%}", ending=end)
            self.stdout.flush()
