"""Talking to Mailgun's API: read its suppression lists, and take an entry off one."""

from __future__ import annotations

import time
from collections.abc import Iterator

import requests
import structlog
from django.conf import settings

from consent.providers.mailgun_suppressions import (
    Listing,
    Page,
    Removal,
    Unreadable,
    entry_url,
    listing_url,
    page,
    removal,
)

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = (3.0, 20.0)
TRIES = 4
WAIT_SECONDS = 2.0
"""After the first failure; doubled after each, unless Mailgun says how long."""
LONGEST_WAIT_SECONDS = 30.0
MOST_PAGES = 10_000

http = requests.Session()
"""What asks, with the connections it keeps."""


class MailgunAway(Exception):
    """Mailgun did not answer, or asked to come later; a later try may succeed."""


class MailgunRefused(Exception):
    """Mailgun answered, and no: the message says what to look at."""


def pages(domain: str, listing: Listing) -> Iterator[Page]:
    """Yield a list of a domain, page by page.

    Raises: MailgunAway, MailgunRefused.
    """
    base = settings.MAILGUN_API_BASE
    url = listing_url(base, domain, listing)
    for _ in range(MOST_PAGES):
        answer = _ask("GET", url)
        if answer.status_code != requests.codes.ok:
            raise MailgunRefused(_why(answer.status_code, domain))
        try:
            found = page(answer.content, base=base, domain=domain, listing=listing)
        except Unreadable as error:
            raise MailgunRefused(str(error)) from error
        yield found
        if not found.next_url:
            return
        url = found.next_url
    raise MailgunRefused(f"The {listing} of {domain} have no end. Look at MAILGUN_API_BASE.")


def remove(domain: str, listing: Listing, address: str) -> int:
    """Take an address off a list and return the status: 200, or 404 where it was not there.

    Raises: MailgunAway, MailgunRefused.
    Once: again gives 404, which is as good.
    """
    answer = _ask("DELETE", entry_url(settings.MAILGUN_API_BASE, domain, listing, address))
    match removal(answer.status_code):
        case Removal.DONE:
            return answer.status_code
        case Removal.LATER:
            raise MailgunAway(f"Mailgun answered {answer.status_code}.")
        case Removal.REFUSED:
            raise MailgunRefused(_why(answer.status_code, domain))


def _ask(method: str, url: str) -> requests.Response:
    wait = WAIT_SECONDS
    for tries in range(1, TRIES + 1):
        try:
            answer = http.request(
                method,
                url,
                auth=("api", settings.MAILGUN_API_KEY),
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            told, asked = type(error).__name__, ""
        else:
            if removal(answer.status_code) is not Removal.LATER:
                return answer
            told, asked = f"{answer.status_code}", answer.headers.get("Retry-After", "")
        log.warning("mailgun_away", told=told, tries=tries)
        if tries < TRIES:
            time.sleep(min(float(asked) if asked.isdigit() else wait, LONGEST_WAIT_SECONDS))
            wait *= 2
    raise MailgunAway(f"Mailgun did not answer ({told}).")


def _why(status: int, domain: str) -> str:
    if status in {401, 403}:
        return f"Mailgun answered {status}: MAILGUN_API_KEY is not accepted for {domain}."
    if status == 404:
        return f"Mailgun knows no sending domain {domain}: look at MAILGUN_DOMAINS and MAILGUN_API_BASE (EU accounts)."
    return f"Mailgun answered {status}."
