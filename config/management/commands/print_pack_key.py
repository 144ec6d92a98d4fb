"""The public key of complaint packs, and new keys."""

from __future__ import annotations

import base64
import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from config.complaint_pack.signing import public_key, signing_key


class Command(BaseCommand):
    help = "Print the public key that complaint packs are checked with, or make a new PACK_SIGNING_KEY."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--new", action="store_true", help="Print a new secret key for PACK_SIGNING_KEY instead.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new"]:
            self.stdout.write(base64.b64encode(secrets.token_bytes(32)).decode())
            return
        try:
            key = signing_key()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        if key is None:
            raise CommandError("PACK_SIGNING_KEY is not set, so packs are not signed. --new prints a key to set.")
        self.stdout.write(public_key(key))
