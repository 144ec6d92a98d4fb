"""Whether the desk can do its work, in words."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from config.health import is_ready, readiness
from config.upkeep.selectors import failing_tasks
from consent.selectors.door_health import DoorHealth, door_health
from consent.selectors.records import doors_seen

WORDS = {
    ("database", "ok"): "Database: it answers.",
    ("database", "unreachable"): "Database: it can't be reached. Look at DATABASE_URL, and whether it runs.",
    ("migrations", "ok"): "Migrations: all are applied.",
    ("migrations", "pending"): "Migrations: some are missing. Run manage.py migrate.",
    ("worker", "ok"): "Worker: it reports.",
    ("worker", "missing"): "Worker: none has reported for two minutes. Start manage.py procrastinate worker.",
}


class Command(BaseCommand):
    help = (
        "Tell whether database, migrations and worker are ready, which jobs fail, and when each door last heard from "
        "its provider. Exit code: 0 ready, 1 not. Jobs and doors don't count: a quiet day is no failure."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="no words, the exit code alone")

    def handle(self, *args: Any, **options: Any) -> None:
        checks = readiness()
        if not options["quiet"]:
            for part, state in checks.items():
                self.stdout.write(WORDS.get((part, state), f"{part.capitalize()}: not known, for what is above."))
            if checks["migrations"] == "ok":
                self._tell_jobs()
                self._tell_doors()
        if not is_ready(checks):
            raise SystemExit(1)

    def _tell_jobs(self) -> None:
        for task in failing_tasks(now=timezone.now()):
            self.stdout.write(
                f"Job {task.name}: {task.count} failed, last {task.last_at:%Y-%m-%d %H:%M} UTC. "
                "The worker's log tells why."
            )

    def _tell_doors(self) -> None:
        doors = door_health(doors_seen(), day=timezone.now().date())
        for door in doors.values():
            self.stdout.write(_door(door))
        if not doors:
            self.stdout.write("Doors: nothing was ever delivered.")


def _door(door: DoorHealth) -> str:
    told = f"Door {door.door}: last heard {door.last_at:%Y-%m-%d %H:%M} UTC"
    if door.trouble_at is not None:
        told += f"; last trouble {door.trouble_at:%Y-%m-%d %H:%M}, delivery {door.trouble_id}: {door.trouble}"
    if door.unproven:
        told += f"; {door.unproven} without a valid proof in 7 days"
    return f"{told}."
