"""Show pages of the contacts list, and tell how long each took: one address a line in, seconds out.

A process of its own, on the database that DATABASE_URL names: Django can be set up for one only.
"""

from __future__ import annotations

import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402  (models exist only once Django is set up)
from django.contrib.auth import get_user_model  # noqa: E402
from django.test import Client  # noqa: E402

PAGE = "/admin/contacts/contact/"


def main() -> None:
    """Answer until there is no more input."""
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SECURE_SSL_REDIRECT = False
    client = Client()
    client.force_login(get_user_model().objects.create_superuser(f"benchmark-{sys.argv[1]}"))
    for line in sys.stdin:
        started = time.perf_counter()
        answered = client.get(PAGE + line.strip())
        took = time.perf_counter() - started
        if answered.status_code != 200:
            raise RuntimeError(f"{line.strip()}: {answered.status_code}")
        print(took, flush=True)


if __name__ == "__main__":
    main()
