"""Values that pass between the layers. Frozen, without Django, I/O or a clock.

Times are aware UTC datetimes. `occurred_at` is the time of the act itself, the provider's where it
tells one; `recorded_at` is when we learnt of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from consent.vocabulary import (
    Channel,
    Covers,
    Direction,
    Disposition,
    Effect,
    EventKind,
    Kind,
    LiftRoute,
    MessageClass,
    Purpose,
    Reason,
    Signal,
    Source,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How one text message was understood.

    `rule` is a stable code ("K01"); `matched` the word or phrase that decided, normalised;
    `matched_by` one of provider, keyword, keyword+filler, phrase, signal, soft, review, list or "".
    """

    message_class: MessageClass
    rule: str
    matched_by: str = ""
    matched: str = ""
    signal: Signal | None = None
    disposition: Disposition | None = None
    list_slug: str | None = None
    word_list: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Attestation:
    """What staff state when they lift a bounce (first two) or an unsubscribe (the rest)."""

    provider_entry_removed: bool = False
    address_validated: bool = False
    consent_given_at: datetime | None = None
    consent_how: str = ""
    consent_text: str = ""


@dataclass(frozen=True, slots=True)
class CodeEffect:
    """What a provider's error code means for consent. `channels` empty: wherever the message went."""

    code: str
    event_kind: EventKind
    channels: frozenset[Channel]
    why: str


@dataclass(frozen=True, slots=True)
class SuppressionTerms:
    """What a file or an integration asks for, where the rule says "as asked"."""

    reason: Reason = Reason.IMPORTED
    kind: Kind = Kind.PERMANENT
    covers: Covers = Covers.EVERYTHING


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """Something that happened to somebody's consent, before any rule has looked at it.

    Shape: `channels` names where it happened or what was chosen; (ALL,) stands for no channel in
    particular. `detail` is the word or code that told us ("STOP", "30003"), never free text.
    `reasons` and `suppression_ids` narrow what a lift is about; None means every one.
    `provider_reconsent` says that the provider itself recorded the new consent (R03). `as_of` keeps a lift from what
    somebody has said again after that moment; None means whatever stands.
    """

    kind: EventKind
    channels: tuple[Channel, ...]
    occurred_at: datetime
    source: Source
    direction: Direction = Direction.OUTBOUND
    detail: str = ""
    note: str = ""
    expires_at: datetime | None = None
    terms: SuppressionTerms | None = None
    reasons: frozenset[Reason] | None = None
    suppression_ids: frozenset[int] | None = None
    attest: Attestation = Attestation()
    provider_reconsent: bool = False
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class ActiveSuppression:
    """One standing reason not to contact. `reaffirmed_at` is the newest act that says so."""

    id: int
    address_id: int | None
    contact_id: int | None
    channel: Channel
    direction: Direction
    reason: Reason
    kind: Kind
    covers: Covers
    rule: str
    since: datetime
    reaffirmed_at: datetime
    expires_at: datetime | None = None
    set_kind: EventKind = EventKind.DND_ON
    source: Source = Source.STAFF
    detail: str = ""


@dataclass(frozen=True, slots=True)
class EndedSuppression:
    """A suppression as it stood before an act of staff ended or changed it, and when that was."""

    row: ActiveSuppression
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything the rules may look at, read under lock.

    Shape: `address_id` is where the event came from, if anywhere; `holders` the contacts who hold
    that address now; `contact_id` the contact whose record staff act on, with the addresses it holds
    per channel in `own_addresses`. `active` are the suppressions of any of them, oldest first; it may hold more,
    and must hold what stands for every contact and address that one of these rows names.
    `opted_in_at` maps (channel, kind of opt-in) to the newest accepted one from that address.
    `ended` are the suppressions whose ending is to be undone; `merged_id` is the contact that becomes one with
    `contact_id`.
    """

    at: datetime
    address_id: int | None = None
    holders: tuple[int, ...] = ()
    contact_id: int | None = None
    own_addresses: Mapping[Channel, tuple[int, ...]] = field(default_factory=dict)
    active: tuple[ActiveSuppression, ...] = ()
    opted_in_at: Mapping[tuple[Channel, EventKind], datetime] = field(default_factory=dict)
    ended: tuple[EndedSuppression, ...] = ()
    merged_id: int | None = None

    @property
    def contacts(self) -> tuple[int, ...]:
        """The contacts the event is about."""
        return self.holders if self.contact_id is None else (self.contact_id,)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an event did to one suppression, or why it did nothing: one line of the ledger.

    `suppression_id` names the row that was changed or stands in the way; it is None for a new one.
    `copied_from` names the row whose words a new one goes on with: a remainder, or a new holder's.
    `code` is stable and set where the effect is `refused` or `kept`, and where `nothing` needs a why.
    """

    effect: Effect
    rule: str
    channel: Channel
    direction: Direction = Direction.OUTBOUND
    address_id: int | None = None
    contact_id: int | None = None
    reason: Reason | None = None
    kind: Kind | None = None
    covers: Covers | None = None
    suppression_id: int | None = None
    since: datetime | None = None
    expires_at: datetime | None = None
    route: LiftRoute | None = None
    code: str = ""
    copied_from: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The answer of the rules to one event. Never empty: no effect is an outcome too."""

    outcomes: tuple[Outcome, ...]

    @property
    def refusals(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.effect is Effect.REFUSED)


@dataclass(frozen=True, slots=True)
class ListFacts:
    """Where a contact stands with one list. `opted_out_elsewhere`: through another contact's
    membership, for the same address."""

    slug: str
    exists: bool = True
    member: bool = False
    opted_out_at: datetime | None = None
    blocked_at: datetime | None = None
    removed_at: datetime | None = None
    opted_out_elsewhere_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConsentFacts:
    """What is on file of a subject's consent, where a policy asks for it. `ran_out_at`: there was one until then."""

    on_file: bool
    ran_out_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class GateRequest:
    """The question: may a message of this purpose go out on this channel (for this list)?"""

    channel: Channel
    purpose: Purpose
    list_slug: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one subject of the question.

    Shape: `contact_known` False for a contact id that nobody has; None where only an address was asked
    about. `address_value` is None where the contact has no address for the channel. `active` are
    the suppressions matching the contact, the address, or (asked by address) its holders. `consent` is None where the
    channel's policy does not ask for consent on file.
    """

    contact_known: bool | None
    erased: bool = False
    address_valid: bool = True
    address_value: str | None = None
    channel_connected: bool = True
    active: tuple[ActiveSuppression, ...] = ()
    list_facts: ListFacts | None = None
    consent: ConsentFacts | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why not, and what would end it."""

    code: str
    text: str
    channel: Channel | None = None
    kind: Kind | None = None
    since: datetime | None = None
    expires_at: datetime | None = None
    lifted_by: tuple[LiftRoute, ...] = ()
    rule: str = ""
    suppression_id: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The gate's answer. Allowed exactly when there is no reason against it."""

    reasons: tuple[Refusal, ...] = ()

    @property
    def allowed(self) -> bool:
        return not self.reasons
