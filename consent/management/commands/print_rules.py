"""Print the rules into docs/rules.md, or check that they are there as they run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from consent.rules import RULES
from consent.rules_page import render_markdown


class Command(BaseCommand):
    help = "Write docs/rules.md from the running table of rules; with --check, fail where it is stale."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing and fail where the page is stale")

    def handle(self, *args: Any, **options: Any) -> None:
        page = Path(settings.BASE_DIR) / "docs" / "rules.md"
        wanted = render_markdown(RULES)
        if not options["check"]:
            page.parent.mkdir(exist_ok=True)
            page.write_text(wanted, encoding="utf-8")
            self.stdout.write(f"Wrote {page}.")
        elif not page.exists() or page.read_text(encoding="utf-8") != wanted:
            raise CommandError(f"{page} does not tell the rules as they run. Write it anew: manage.py print_rules")
