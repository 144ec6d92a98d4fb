"""Make a key for an integration and print it, and nothing else."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.api.services.keys import UnableToChangeKey, create_key
from config.api.vocabulary import Scope
from contacts.values import SYSTEM


class Command(BaseCommand):
    help = "Make a key for an integration and print it. It is shown this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="who calls, as the ledger will say")
        parser.add_argument("--scopes", required=True, help=f"all, or some of {','.join(Scope)}")
        parser.add_argument("--expires", type=int, metavar="DAYS", help="valid for so many days; else without an end")
        parser.add_argument("--owner", metavar="USERNAME", help="the person who answers for it")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        days = options["expires"]
        if days is not None and not 1 <= days <= 36_500:
            raise CommandError("--expires takes a number of days from 1 to 36500.")
        try:
            issued = create_key(
                name=options["name"],
                scopes=_scopes(options["scopes"]),
                owner_id=_owner(options["owner"]),
                expires_at=None if days is None else at + timedelta(days=days),
                by=SYSTEM,
                at=at,
            )
        except UnableToChangeKey as no:
            raise CommandError(str(no)) from no
        self.stdout.write(issued.text)


def _scopes(given: str) -> set[Scope]:
    if given == "all":
        return set(Scope)
    names = {name.strip() for name in given.split(",") if name.strip()}
    if unknown := names - set(Scope):
        raise CommandError(f"Unknown: {', '.join(sorted(unknown))}. Known are all, {', '.join(Scope)}.")
    return {Scope(name) for name in names}


def _owner(username: str | None) -> int | None:
    if username is None:
        return None
    user = get_user_model().objects.filter(username=username).first()
    if user is None:
        raise CommandError(f"Nobody logs in as “{username}”. Name somebody who does.")
    return int(user.pk)
