"""Make one contact's complaint pack or personal data into a file: for whom the page refuses, as it is too large."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.complaint_pack.services import make_pack
from config.personal_data.export import make_export
from contacts.selectors import visible_contacts
from contacts.values import Actor, staff_name
from contacts.vocabulary import ActorKind


class Command(BaseCommand):
    help = (
        "Make the complaint pack of a contact, however large, into a file that only you can read. The ledger records "
        "it under the person for whom it is made."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("contact", type=int, help="the number of the contact, as in the address of its page")
        parser.add_argument("file", type=Path, help="a ZIP file that is not there yet")
        parser.add_argument("--by", required=True, metavar="USERNAME", help="who asked for it")
        parser.add_argument("--personal-data", action="store_true", help="the export for the person it is about")

    def handle(self, *args: Any, **options: Any) -> None:
        personal, path = options["personal_data"], options["file"]
        by = _person(options["by"], "contacts.export_contact" if personal else "consent.export_ledgerentry")
        contact = visible_contacts().filter(pk=options["contact"]).first()
        if contact is None:
            raise CommandError(f"There is no contact {options['contact']}: it was never made, or deleted or merged.")
        try:
            # Made before anything is recorded, so that a pack that has no place is not in the ledger.
            file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        except OSError as error:
            raise CommandError(f"{path} can't be made: {error.strerror}.") from error
        with file:
            at = timezone.now()
            made = make_export if personal else make_pack
            pack = made(contact=contact, by=by, at=at)
            file.write(pack if isinstance(pack, bytes) else pack.content)
        self.stdout.write(f"{path} is made. It is personal data: hand it over, then delete it.")


def _person(username: str, permission: str) -> Actor:
    user = get_user_model().objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"Nobody logs in as “{username}”.")
    if not user.has_perm(permission):
        raise CommandError(f"{username} may not have it.")
    return Actor(ActorKind.USER, str(user.pk), staff_name(user))
