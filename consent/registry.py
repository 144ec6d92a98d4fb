"""Where upper apps hook into consent, filled in their `AppConfig.ready()`.

Consent asks about lists through `list_facts` and hands inbound messages on through `message_handlers`; it knows no
more of them than these signatures.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from consent.values import ListFacts, Reading
from consent.vocabulary import Channel

if TYPE_CHECKING:
    from django.http import HttpRequest

    from contacts.models import Contact


class ListFactsReader(Protocol):
    """(list slug, subjects) → one ListFacts per subject, in the same order: now, or as our records stood at `at`."""

    def __call__(
        self, slug: str, subjects: Sequence[ListSubject], *, at: datetime | None = None
    ) -> Sequence[ListFacts]: ...


ListKeywordsReader = Callable[[], Mapping[str, str]]
"""() → normalised keyword → list slug."""

ListNamesReader = Callable[[], Mapping[str, str]]
"""() → slug → name of every list that can be sent to."""

IntegrationsReader = Callable[[int], Collection[str]]
"""User id → the integrations that this person answers for, as the ledger names them ("integration:Shop")."""

StoryTeller = Callable[["HttpRequest", "Contact", Collection[Channel]], str]
"""(request, contact, channels) → safe HTML: what happened there lately, as far as this user may read it."""

MessageHandler = Callable[["HandledMessage"], None]
"""Called in the transaction that reads a message, after consent has been changed."""


class KeywordsWhenAsked(Mapping[str, str]):
    """The keywords of lists, asked for by the first message that may hold one: most say something plainer."""

    def __init__(self, ask: ListKeywordsReader) -> None:
        self._ask = ask

    @cached_property
    def _known(self) -> Mapping[str, str]:
        return self._ask()

    def __getitem__(self, keyword: str) -> str:
        return self._known[keyword]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


@dataclass(frozen=True, slots=True)
class ListSubject:
    """Whom a list is asked about: a contact, an address, or a contact at an address."""

    contact_id: int | None
    address_id: int | None


@dataclass(frozen=True, slots=True)
class HandledMessage:
    """A message that was read, and who may have sent it.

    `refused_inbound`: the sender is blocked or on inbound DND. A "no" in it counts; nothing else is done with it.
    """

    message_id: int
    address_id: int
    holders: tuple[int, ...]
    reading: Reading
    occurred_at: datetime
    recorded_at: datetime
    refused_inbound: bool = False


@dataclass
class Registry:
    """What upper apps have hooked in. Without lists every list is unknown, and the gate says no."""

    list_facts: ListFactsReader | None = None
    list_keywords: ListKeywordsReader = dict
    list_names: ListNamesReader = dict
    integrations_of: IntegrationsReader = lambda user_id: frozenset()
    story: StoryTeller = lambda request, contact, channels: ""
    message_handlers: list[MessageHandler] = field(default_factory=list)


registry = Registry()
