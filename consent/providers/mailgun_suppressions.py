"""Mailgun's own suppression lists: addresses of its API, and what it answers.

There is a list of bounces, of unsubscribes and of complaints for each sending domain, not for the account.
Sources: Mailgun, "Suppressions" (API reference); mailgun-go, bounces.go, unsubscribes.go, spam_complaints.go.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from urllib.parse import quote, urlsplit

MOST_PER_PAGE = 1000
_DOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
_CODE = re.compile(r"[0-9.]{1,20}")


class Listing(StrEnum):
    """One of the three lists, by its name in the API."""

    BOUNCES = "bounces"
    UNSUBSCRIBES = "unsubscribes"
    COMPLAINTS = "complaints"


class Removal(StrEnum):
    """What an answer to a removal means."""

    DONE = "done"
    """Removed, or not there: either way it stands there no more."""
    LATER = "later"
    REFUSED = "refused"


class Unreadable(ValueError):
    """The answer is not what Mailgun documents."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One address on a list. `detail` is a code or the tags that were left, never the receiver's words."""

    address: str
    since: datetime | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries of a list, and where the next ones are; "" at the end."""

    entries: tuple[Entry, ...]
    next_url: str = ""


def is_domain(name: str) -> bool:
    """Return whether this can be a sending domain: nothing that would lead to another address of the API."""
    return _DOMAIN.fullmatch(name) is not None


def listing_url(base: str, domain: str, listing: Listing) -> str:
    """Return the address of a list's first page."""
    return f"{_path(base, domain, listing)}?limit={MOST_PER_PAGE}"


def entry_url(base: str, domain: str, listing: Listing, address: str) -> str:
    """Return the address of one entry. An unsubscribe is removed as a whole, whatever its tags."""
    return f"{_path(base, domain, listing)}/{quote(address, safe='@')}"


def _path(base: str, domain: str, listing: Listing) -> str:
    if not is_domain(domain):
        raise ValueError(f"“{domain}” is no sending domain. Give one such as mail.example.com.")
    return f"{base.rstrip('/')}/v3/{domain}/{listing}"


def page(body: bytes, *, base: str, domain: str, listing: Listing) -> Page:
    """Return what a page holds. Entries without an address are left out.

    The next page is followed only at the same place, since the key goes with it.
    Raises: Unreadable.
    """
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("Mailgun's answer is no JSON.") from error
    items = told.get("items") if isinstance(told, Mapping) else None
    if not isinstance(items, list):
        raise Unreadable("Mailgun's answer has no items.")
    entries = tuple(_entry(item) for item in items if isinstance(item, Mapping) and _text(item, "address"))
    paging = told.get("paging")
    following = _text(paging, "next") if isinstance(paging, Mapping) else ""
    if not items or not following:
        return Page(entries)
    if not _is_below(following, _path(base, domain, listing)):
        raise Unreadable("Mailgun's next page is somewhere else.")
    return Page(entries, following)


def _is_below(url: str, listing: str) -> bool:
    there, here = urlsplit(url), urlsplit(listing)
    return (there.scheme, there.netloc, there.path) == (here.scheme, here.netloc, here.path)


def _entry(item: Mapping[str, object]) -> Entry:
    tags = item.get("tags")
    named = [str(tag) for tag in tags if tag != "*"] if isinstance(tags, list) else []
    code = _text(item, "code")
    detail = f"tags {', '.join(named)}" if named else code if _CODE.fullmatch(code) else ""
    return Entry(_text(item, "address"), _moment(_text(item, "created_at")), detail[:80])


def _text(item: Mapping[str, object], name: str) -> str:
    value = item.get(name)
    return str(value).strip() if isinstance(value, str | int) else ""


def _moment(text: str) -> datetime | None:
    """Return a time as Mailgun writes it ("Fri, 21 Oct 2011 11:02:55 UTC"); None where it is none."""
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def removal(status: int) -> Removal:
    """Return what the status of an answer to a removal means. 404 is: not there, as wished."""
    if status in {200, 204, 404}:
        return Removal.DONE
    return Removal.LATER if status == 429 or status >= 500 else Removal.REFUSED
