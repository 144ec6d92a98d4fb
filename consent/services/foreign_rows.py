"""Reading what another system says of a suppression, from a file or an integration: one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from consent.rules import LIFT_ROUTES, as_known
from consent.values import SuppressionTerms
from consent.vocabulary import ADDRESS_KIND_OF, Channel, Covers, Direction, Kind, LiftRoute, Reason
from contacts.normalize import InvalidAddress, normalize
from contacts.values import CanonicalAddress
from contacts.vocabulary import AddressKind, Word

FIELDS = ("address", "channel", "reason", "kind", "covers", "direction", "since", "expires_at", "note")
BOUND_TO_THEIR_REGISTER = (Reason.REVIEW_HOLD, Reason.BLOCKED)
"""Reasons that lean on a message or a contact of the register they come from. See decision 0082."""

_A_DAY_EVERYWHERE = timedelta(hours=36)
"""From midnight in UTC until the day is over in the last time zone."""

Named = TypeVar("Named", bound=Word)


class RowRefused(ValueError):
    """A row that can't be taken over. `field` and `code` are stable, the message tells the way out."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field, self.code = field, code


@dataclass(frozen=True, slots=True)
class ForeignSuppression:
    """A suppression as another system knows it.

    `since` is None where it does not say. `day_ends_at` is set where it names no more than a day: when that is over
    everywhere on earth.
    """

    address: CanonicalAddress
    channel: Channel
    terms: SuppressionTerms
    direction: Direction = Direction.OUTBOUND
    since: datetime | None = None
    expires_at: datetime | None = None
    note: str = ""
    day_ends_at: datetime | None = None


def read_row(
    given: Mapping[str, Any], *, region: str, at: datetime, address_kind: AddressKind | None = None
) -> ForeignSuppression:
    """Return what a row says. Without a kind it is the only kind that its reason has, else permanent.

    What is never temporary here, such as an opt-out, is permanent, whatever the row calls it (decision 0098).

    A block becomes an imported suppression, and so does a hold that the row does not call temporary: nobody here could
    unblock the one, or read the message of the other. A temporary hold stays one, which a reviewer or its clock ends.

    Shape: names of FIELDS → text; empty text and None stand for what is not said. `region` is the country of numbers
    without a country code. `address_kind` counts where the channel is ALL; without it the look
    of the address does.
    Raises: RowRefused.
    """
    said = {name: _text(name, value) for name, value in given.items()}
    if unknown := sorted(set(said) - set(FIELDS)):
        raise RowRefused(unknown[0], "unknown_field", f"There is no such field. Known are: {', '.join(FIELDS)}.")
    channel = _word(Channel, "channel", said.get("channel", ""), tuple(Channel))
    reason = _word(Reason, "reason", said.get("reason", "") or Reason.IMPORTED, tuple(Reason))
    kind = _word(Kind, "kind", said.get("kind", "") or _usual_kind(reason), tuple(Kind))
    if reason not in BOUND_TO_THEIR_REGISTER:
        reason, kind = as_known(reason, kind)
    direction = _word(Direction, "direction", said.get("direction", "") or Direction.OUTBOUND, tuple(Direction))
    since, expires_at = _moment("since", said), _moment("expires_at", said)
    if since is not None and since > at:
        raise RowRefused("since", "in_the_future", "It can't have begun yet. Leave it out, or give the day it began.")
    if expires_at is not None and kind is Kind.PERMANENT:
        message = f"What is permanent has no end, and “{reason}” always is, or is called so. Leave the end out."
        raise RowRefused("expires_at", "permanent_never_ends", message)
    if expires_at is not None and LiftRoute.EXPIRY not in LIFT_ROUTES.get((reason, kind), {LiftRoute.EXPIRY}):
        raise RowRefused("expires_at", "never_runs_out", "A hold ends by a review or becomes an opt-out. Leave it out.")
    if expires_at is not None and expires_at <= at:
        raise RowRefused("expires_at", "has_ended", "It has ended. Leave the row out.")
    was = reason
    if reason is Reason.BLOCKED or (reason is Reason.REVIEW_HOLD and kind is Kind.PERMANENT):
        reason = Reason.IMPORTED
    note = said.get("note", "")
    if was in BOUND_TO_THEIR_REGISTER:
        note = note or f"In the register it comes from: {was.label}."
    return ForeignSuppression(
        address=_address(said.get("address", ""), channel, region, address_kind),
        channel=channel,
        terms=SuppressionTerms(
            reason, kind, _word(Covers, "covers", said.get("covers", "") or Covers.EVERYTHING, tuple(Covers))
        ),
        direction=direction,
        since=since,
        expires_at=expires_at,
        note=note,
        day_ends_at=since + _A_DAY_EVERYWHERE if since is not None and _is_day(said["since"]) else None,
    )


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RowRefused(str(name), "not_a_string", "Send a string.")
    text = value.strip()
    if "\x00" in text or len(text) > 2000:
        raise RowRefused(str(name), "invalid", "Send at most 2,000 characters without NUL.")
    return text


def _word(words: type[Named], name: str, given: str, known: tuple[Named, ...]) -> Named:
    named = given.lower()
    if named not in known:
        code = "invalid_choice" if given else "required"
        raise RowRefused(name, code, f"Give one of {', '.join(known)}.")
    return words(named)


def _usual_kind(reason: Reason) -> Kind:
    if reason in BOUND_TO_THEIR_REGISTER:
        return Kind.PERMANENT
    kinds = [kind for each, kind in LIFT_ROUTES if each is reason]
    return kinds[0] if len(kinds) == 1 else Kind.PERMANENT


def _moment(name: str, said: Mapping[str, str]) -> datetime | None:
    text = said.get(name, "")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None and _is_day(text):
            moment = datetime.combine(date.fromisoformat(text), time(), UTC)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise RowRefused(name, "not_a_time", "Give a day (2026-10-02), or a time with its offset (2026-10-02T14:11:09Z).")


def _is_day(text: str) -> bool:
    return len(text) <= len("2026-10-02")


def _address(given: str, channel: Channel, region: str, kind: AddressKind | None) -> CanonicalAddress:
    if not given:
        raise RowRefused("address", "required", "Give the phone number, e-mail address or provider's id.")
    by_look = kind or (AddressKind.EMAIL if "@" in given else AddressKind.PHONE)
    try:
        return normalize(ADDRESS_KIND_OF.get(channel, by_look), given, region=region)
    except InvalidAddress as wrong:
        raise RowRefused("address", "invalid_address", str(wrong)) from wrong
