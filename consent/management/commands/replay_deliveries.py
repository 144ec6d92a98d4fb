"""Read deliveries again that failed or wait: for operators, after what stood in their way is mended."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from consent.models.inbox import DeliveryStatus
from consent.selectors.records import unsettled_deliveries
from consent.services import inbox

STATUSES = (DeliveryStatus.FAILED, DeliveryStatus.PENDING)


class Command(BaseCommand):
    """Replays, oldest first. What is settled stays as it is, so that running it twice changes nothing more."""

    help = "Read failed and waiting deliveries again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--status", choices=[each.value for each in STATUSES], action="append")
        parser.add_argument("--since", help="Received since, as 2026-11-21 or 2026-11-21T14:00Z.")
        parser.add_argument("--provider", help="Of this provider alone, such as twilio or mailgun.")
        parser.add_argument("--dry-run", action="store_true", help="Tell what would be read, and read nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = unsettled_deliveries(
            statuses=[DeliveryStatus(value) for value in options["status"] or STATUSES],
            since=_moment(options["since"]),
            provider=options["provider"] or "",
        )
        if options["dry_run"]:
            for row in found:
                self.stdout.write(f"{row.pk} {row.received_at:%Y-%m-%d %H:%M} {row.door} {row.status}: {row.reason}")
            self.stdout.write(f"{len(found)} would be read again. Nothing was.")
            return
        became = Counter(inbox.process(delivery_id=row.pk, at=timezone.now()) for row in found)
        told = ", ".join(f"{count} {status.label.lower()}" for status, count in sorted(became.items()))
        self.stdout.write(f"{len(found)} read again{f': {told}' if told else ''}.")


def _moment(given: str | None) -> datetime | None:
    if not given:
        return None
    try:
        moment, day = parse_datetime(given), parse_date(given)
    except ValueError as error:
        raise CommandError(f"--since: {error}. Give one such as 2026-11-21 or 2026-11-21T14:00Z.") from error
    if day is not None:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    if moment is None:
        raise CommandError(f"--since: “{given}” is no time. Give one such as 2026-11-21 or 2026-11-21T14:00Z.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
