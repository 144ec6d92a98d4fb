"""Values that pass between the layers. Frozen, without Django, I/O or a clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from consent.vocabulary import Effect, EventKind
from lists.vocabulary import ListPurpose

CHANGES = frozenset({Effect.SET, Effect.LIFTED})
"""On a list, `set` begins a refusal of the gate (opted out, blocked, removed) and `lifted` ends one: also the
`not_a_member` of somebody who is added."""


@dataclass(frozen=True, slots=True)
class ListDraft:
    """A list as somebody wants it, before it is checked.

    `keyword` is the word that, texted alone, opts out of this list; `opt_out_list_id` the list that removed contacts
    may be added to.
    """

    slug: str
    name: str
    purpose: ListPurpose = ListPurpose.MARKETING
    description: str = ""
    public_name: str = ""
    public_description: str = ""
    keyword: str = ""
    keyword_reply: str = ""
    opt_out_list_id: int | None = None


@dataclass(frozen=True, slots=True)
class LaterConsent:
    """The consent with which a contact comes back: when it was given, how ("web form"), and its words."""

    given_at: datetime | None
    how: str
    text: str

    @property
    def is_whole(self) -> bool:
        return self.given_at is not None and bool(self.how.strip()) and bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one contact stands with one list, read under lock.

    `known` is False for an id nobody has, `deleted` for a tombstone. Without a row, every time is None.
    """

    contact_id: int
    known: bool = True
    deleted: bool = False
    membership_id: int | None = None
    added_at: datetime | None = None
    opted_out_at: datetime | None = None
    blocked_at: datetime | None = None
    removed_at: datetime | None = None
    consent_given_at: datetime | None = None

    @property
    def is_on_list(self) -> bool:
        return self.added_at is not None and self.removed_at is None


@dataclass(frozen=True, slots=True)
class AddressStanding:
    """Where one address stands with one list. `held_by_another` names a further holder who is opted out."""

    address_id: int
    opted_out_at: datetime
    held_by_another: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say about one contact or address. `code` is set where nothing could be done."""

    effect: Effect
    code: str = ""


@dataclass(frozen=True, slots=True)
class MembershipOutcome:
    """What a verb did to one contact's membership, or to the record of one address: one line of the ledger."""

    effect: Effect
    contact_id: int | None = None
    address_id: int | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class ListChange:
    """What became of one verb on one list.

    Shape: `contacts` in ascending id, one for each that was asked about; `addresses` those whose record was touched.
    `also` is the change of the paired opt-out list, where one was asked for.
    """

    kind: EventKind
    list_id: int
    contacts: tuple[MembershipOutcome, ...]
    addresses: tuple[MembershipOutcome, ...] = ()
    also: ListChange | None = None

    @property
    def outcomes(self) -> tuple[MembershipOutcome, ...]:
        return self.contacts + self.addresses

    @property
    def changed(self) -> bool:
        return any(outcome.effect in CHANGES for outcome in self.outcomes)

    @property
    def refusals(self) -> tuple[MembershipOutcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.effect is Effect.REFUSED)

    def count(self, effect: Effect) -> int:
        """Return how many contacts it ended like this for."""
        return sum(outcome.effect is effect for outcome in self.contacts)


@dataclass(frozen=True, slots=True)
class AddressOptOut:
    """An address of a contact that is opted out of a list, by whomever."""

    address_id: int
    shown: str
    opted_out_at: datetime


@dataclass(frozen=True, slots=True)
class MembershipView:
    """One membership as the contact page shows it."""

    list_id: int
    list_slug: str
    list_name: str
    list_archived: bool
    opt_out_list_name: str
    added_at: datetime | None
    opted_out_at: datetime | None
    blocked_at: datetime | None
    removed_at: datetime | None
    consent: LaterConsent | None
    opted_out_addresses: tuple[AddressOptOut, ...] = ()

    @property
    def is_subscribed(self) -> bool:
        """Whether nothing about the membership itself keeps a message back; the gate may still say no."""
        return self.added_at is not None and not (self.opted_out_at or self.blocked_at or self.removed_at)


@dataclass(frozen=True, slots=True)
class ListCounts:
    """How many contacts stand how. One contact may be in several of the last three.

    `members` are on the list, whatever their flags; `subscribed` those of them without any.
    """

    members: int
    subscribed: int
    opted_out: int
    blocked: int
    removed: int


@dataclass(frozen=True, slots=True)
class Recipient:
    """One message of a list send: to whom, and where."""

    contact_id: int
    address_value: str


@dataclass(frozen=True, slots=True)
class AudiencePage:
    """Messages of a list send, folded into columns: contacts (numbers, or UUIDs where those were asked for) and
    addresses, side by side."""

    contacts: Sequence[Any]
    addresses: Sequence[str]

    def __len__(self) -> int:
        return len(self.contacts)


@dataclass(frozen=True, slots=True)
class ListReach:
    """Whom a send to the list would reach now.

    Shape: members = reachable + same_address + refused. `reachable` counts messages; `same_address` members whose
    address another member already stands for; `by_code` members per reason, one with two reasons under both.
    """

    members: int
    reachable: int
    same_address: int
    refused: int
    by_code: Mapping[str, int] = field(default_factory=dict)
