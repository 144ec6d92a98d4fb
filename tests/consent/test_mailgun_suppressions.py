"""Reading Mailgun's suppression lists: addresses, pages and answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from consent.providers.mailgun_suppressions import (
    Entry,
    Listing,
    Removal,
    Unreadable,
    entry_url,
    is_domain,
    listing_url,
    page,
    removal,
)

BASE = "https://api.eu.mailgun.net"
WHERE = {"base": BASE, "domain": "mail.example.com", "listing": Listing.BOUNCES}


def body(*items: object, following: str = "") -> bytes:
    return json.dumps({"items": items, "paging": {"next": following}}).encode()


def test_an_address_is_quoted_so_that_it_names_nothing_else() -> None:
    assert entry_url(BASE, "mail.example.com", Listing.BOUNCES, "a+b/../c?x@example.com") == (
        "https://api.eu.mailgun.net/v3/mail.example.com/bounces/a%2Bb%2F..%2Fc%3Fx@example.com"
    )
    assert listing_url(f"{BASE}/", "mail.example.com", Listing.COMPLAINTS).endswith(
        "/v3/mail.example.com/complaints?limit=1000"
    )


@pytest.mark.parametrize("name", ["", "com", "a..b", "../x.y", "a.b/c", "a.b?x", "A.b", "-a.b", "a b.c", "a.b\n"])
def test_what_is_no_domain_is_never_asked_about(name: str) -> None:
    assert not is_domain(name)
    with pytest.raises(ValueError, match="no sending domain"):
        listing_url(BASE, name, Listing.BOUNCES)


def test_entries_keep_a_code_or_their_tags_and_never_the_receivers_words() -> None:
    found = page(
        body(
            {
                "address": "a@example.com",
                "code": "550",
                "error": "550 a@example.com: nobody here",
                "created_at": "Fri, 21 Oct 2011 11:02:55 UTC",
            },
            {"address": "b@example.com", "tags": ["news", "*"], "created_at": "Fri, 21 Oct 2011 11:02:55 +0200"},
            {"address": "c@example.com", "tags": ["*"], "created_at": "long ago"},
            {"address": "d@example.com", "code": "no such user d@example.com"},
            {"code": "550"},
            "nonsense",
        ),
        **WHERE,
    )

    assert found.entries == (
        Entry("a@example.com", datetime(2011, 10, 21, 11, 2, 55, tzinfo=UTC), "550"),
        Entry("b@example.com", datetime(2011, 10, 21, 9, 2, 55, tzinfo=UTC), "tags news"),
        Entry("c@example.com", None),
        Entry("d@example.com", None),
    )
    assert found.next_url == ""


def test_the_next_page_is_followed_at_the_same_place_alone() -> None:
    there = f"{BASE}/v3/mail.example.com/bounces?page=next&address=b"
    one = {"address": "a@example.com"}

    assert page(body(one, following=there), **WHERE).next_url == there
    assert page(body(following=there), **WHERE).next_url == "", "an empty page is the last one"
    for elsewhere in (
        "https://evil.example/v3/mail.example.com/bounces",
        "http://api.eu.mailgun.net/v3/mail.example.com/bounces",
        f"{BASE}/v3/other.example.com/bounces",
        f"{BASE}@evil.example/v3/mail.example.com/bounces",
    ):
        with pytest.raises(Unreadable, match="somewhere else"):
            page(body(one, following=elsewhere), **WHERE)


@pytest.mark.parametrize("told", [b"", b"<html>", b"[]", b"{}", b'{"items": {}}', b"[" * 5000])
def test_what_is_not_documented_is_not_taken_for_an_empty_list(told: bytes) -> None:
    with pytest.raises(Unreadable):
        page(told, **WHERE)


@pytest.mark.parametrize(
    ("status", "means"),
    [
        (200, Removal.DONE),
        (404, Removal.DONE),
        (429, Removal.LATER),
        (500, Removal.LATER),
        (503, Removal.LATER),
        (400, Removal.REFUSED),
        (401, Removal.REFUSED),
        (302, Removal.REFUSED),
    ],
)
def test_what_an_answer_to_a_removal_means(status: int, means: Removal) -> None:
    assert removal(status) is means
