"""Whether the ledger is as it was sealed."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from consent.selectors.verification import Verified
from consent.services.seal_heads import heads_path
from consent.services.verifying import verify_ledger
from contacts.values import SYSTEM

HOLDS, DOES_NOT_HOLD = 0, 1
"""Exit codes."""


class Command(BaseCommand):
    help = (
        "Check every ledger entry against its seal, the seals against each other, and their heads against the "
        "published ones. Exit code: 0 everything holds, 1 something does not."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--heads", type=Path, help="A file of heads that was kept elsewhere. Without it LEDGER_HEADS_FILE is used."
        )
        parser.add_argument("--json", action="store_true", help="The result as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        heads = options["heads"]
        if heads is None and settings.LEDGER_HEADS_FILE:
            heads = heads_path(settings.LEDGER_HEADS_FILE)
        found = verify_ledger(by=SYSTEM, at=timezone.now(), heads=heads)
        self.stdout.write(_as_json(found) if options["json"] else "\n".join(_lines(found, heads)))
        if not found.holds:
            sys.exit(DOES_NOT_HOLD)


def _as_json(found: Verified) -> str:
    told = {
        "holds": found.holds,
        "seals": found.seals,
        "entries": found.entries,
        "unsealed": found.unsealed,
        "newest_head": found.newest_head,
        "findings": [finding.told() for finding in found.findings],
    }
    return json.dumps(told, indent=2)


def _lines(found: Verified, heads: Path | None) -> list[str]:
    against = f", and against the heads in {heads.name}" if heads else ""
    lines = [f"{found.entries} entries under {found.seals} seals were checked{against}."]
    lines += [f"DOES NOT HOLD: {finding.text}" for finding in found.findings]
    if found.holds:
        lines.append("Everything holds: no sealed entry was changed, removed, put in or moved.")
    if found.unsealed:
        lines.append(f"{found.unsealed} newer entries have no seal yet; nothing can be said about them.")
    if found.newest_head:
        lines.append(f"Newest head: {found.newest_head} (seal {found.seals})")
    if found.newest_head and heads is None:
        lines.append("Without published heads a ledger that was sealed anew as a whole would not be noticed.")
    return lines
