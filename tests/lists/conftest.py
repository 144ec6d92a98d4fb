"""What tests of lists share: two lists, and the ledger as plain lines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from consent.models import LedgerEntry
from lists.models import ContactList
from tests.factories.lists import make_list

LedgerLine = tuple[str, str, str, int | None, int | None]


@pytest.fixture
def offers(db: None) -> ContactList:
    return make_list("Spring offers", keyword="nospring")


@pytest.fixture
def news(db: None) -> ContactList:
    return make_list("News")


@pytest.fixture
def ledger(db: None) -> Callable[[ContactList], list[LedgerLine]]:
    """Return a reader of a list's entries, oldest first: kind, effect, code, contact, address."""

    def read(contact_list: ContactList) -> list[LedgerLine]:
        entries = LedgerEntry.objects.filter(list_id=contact_list.pk).order_by("id")
        return list(entries.values_list("kind", "effect", "code", "contact_id", "address_id"))

    return read
