"""Keys of integrations: made, rotated, changed, revoked, and recognised."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction
from django.db.models import Q

from config.api.models import CALLS_PER_MINUTE, ApiKey
from config.api.vocabulary import Scope
from contacts.services import history
from contacts.statements import fetch
from contacts.values import Actor

LONGEST_OVERLAP = timedelta(hours=24)
_FORM = re.compile(r"cdk_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_NOBODYS = "0" * 64
_FIELDS = [field.attname for field in ApiKey._meta.concrete_fields]
_FIND = f"SELECT {', '.join(_FIELDS)} FROM {ApiKey._meta.db_table} WHERE prefix = %s"  # noqa: S608  its own names


class UnableToChangeKey(ValueError):
    """What was asked for can't be. `field` and `code` are stable, the message tells the way out."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field, self.code = field, code


class KeyRefused(Exception):
    """A key that opens nothing. `code` is stable, the message tells the way out."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Issued:
    """A key with its text, which exists only here and is kept nowhere."""

    key: ApiKey
    text: str

    def __repr__(self) -> str:
        return f"Issued({self.key.name!r})"


@transaction.atomic
def create_key(
    *,
    name: str,
    scopes: Collection[Scope],
    owner_id: int | None = None,
    expires_at: datetime | None = None,
    calls_per_minute: int = CALLS_PER_MINUTE,
    by: Actor,
    at: datetime,
) -> Issued:
    """Make a key for an integration.

    Raises: UnableToChangeKey for a name in use, no scope, or an end in the past.
    """
    prefix = secrets.token_hex(6)
    text = _text(prefix)
    key = ApiKey(name=name.strip(), prefix=prefix, digest=_digest(text), owner_id=owner_id, created_at=at)
    _assign(key, scopes, expires_at, calls_per_minute, at)
    try:
        key.clean_fields(exclude={"owner"})
    except ValidationError as wrong:
        field, messages = next(iter(wrong.message_dict.items()))
        raise UnableToChangeKey(field, "invalid", " ".join(messages)) from wrong
    try:
        with transaction.atomic():
            history.save(key, reason="made", by=by, at=at)
    except IntegrityError as taken:
        message = f"There is a key “{key.name}” already. Rotate it, or choose another name."
        raise UnableToChangeKey("name", "taken", message) from taken
    return Issued(key, text)


@transaction.atomic
def change_key(
    *,
    key_id: int,
    scopes: Collection[Scope],
    expires_at: datetime | None,
    calls_per_minute: int,
    owner_id: int | None,
    by: Actor,
    at: datetime,
) -> ApiKey:
    """Change what a key may do, how often, until when, and who answers for it. It counts from the next call.

    Raises: as create_key; UnableToChangeKey for a revoked key.
    """
    key = _locked(key_id)
    _assign(key, scopes, expires_at, calls_per_minute, at)
    key.owner_id = owner_id
    fields = ["scopes", "expires_at", "calls_per_minute", "owner"]
    history.save(key, reason="changed", by=by, at=at, fields=fields)
    return key


@transaction.atomic
def rotate_key(*, key_id: int, overlap: timedelta, by: Actor, at: datetime) -> Issued:
    """Give an integration a new key. The one before is valid until the overlap is over; one before that is not.

    Raises: UnableToChangeKey for a revoked key, or an overlap of more than 24 hours.
    """
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise UnableToChangeKey("overlap", "too_long", "The old key can stay valid for 24 hours at most.")
    key = _locked(key_id)
    text = _text(key.prefix)
    key.old_digest, key.old_valid_until = (key.digest, at + overlap) if overlap else ("", None)
    key.digest = _digest(text)
    history.save(key, reason="rotated", by=by, at=at, fields=["digest", "old_digest", "old_valid_until"])
    return Issued(key, text)


@transaction.atomic
def revoke_key(*, key_id: int, by: Actor, at: datetime) -> ApiKey:
    """End a key for good: its next call is refused.

    Once: it stays revoked since the first time.
    """
    key = ApiKey.objects.select_for_update().get(pk=key_id)
    if key.revoked_at is None:
        key.revoked_at = at
        history.save(key, reason="revoked", by=by, at=at, fields=["revoked_at"])
    return key


def recognise(text: str, *, at: datetime) -> ApiKey:
    """Return the key that a caller has shown.

    The row is read for every call, so that what was revoked or changed counts at once. Whatever is wrong with it, the
    comparison takes as long.
    Raises: KeyRefused.
    """
    form = _FORM.fullmatch(text)
    rows = fetch(_FIND, [form[1]]) if form else []
    key = ApiKey.from_db(DEFAULT_DB_ALIAS, _FIELDS, rows[0]) if rows else None
    shown = _digest(text)
    is_present = hmac.compare_digest(shown, key.digest if key else _NOBODYS)
    is_old = hmac.compare_digest(shown, (key.old_digest if key else "") or _NOBODYS)
    if key is None or not (is_present or is_old):
        raise KeyRefused("invalid_key", "Nobody has this key. Check that it was copied whole.")
    if key.revoked_at is not None:
        raise KeyRefused("revoked_key", "This key was revoked. Ask for a new one.")
    if key.is_over(at):
        raise KeyRefused("expired_key", "This key has expired. Ask for a new one.")
    if not is_present and (key.old_valid_until is None or key.old_valid_until <= at):
        raise KeyRefused("rotated_key", "This key was replaced by a newer one. Use that.")
    return key


def note_use(key: ApiKey, *, at: datetime) -> None:
    """Write down that a key is in use, at most once a minute."""
    before = at - timedelta(minutes=1)
    if key.last_used_at is None or key.last_used_at < before:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=before)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=at)


def _locked(key_id: int) -> ApiKey:
    key = ApiKey.objects.select_for_update().get(pk=key_id)
    if key.revoked_at is not None:
        raise UnableToChangeKey("name", "revoked", "This key was revoked. Make a new one.")
    return key


def _assign(
    key: ApiKey, scopes: Collection[Scope], expires_at: datetime | None, calls_per_minute: int, at: datetime
) -> None:
    if not scopes:
        raise UnableToChangeKey("scopes", "required", "Choose at least one thing that the key may do.")
    if expires_at is not None and expires_at <= at and expires_at != key.expires_at:
        raise UnableToChangeKey("expires_at", "in_the_past", "The end must be in the future; leave it empty for none.")
    if calls_per_minute < 1:
        raise UnableToChangeKey("calls_per_minute", "too_few", "Allow at least one call a minute.")
    key.scopes = [scope.value for scope in Scope if scope in scopes]
    key.expires_at, key.calls_per_minute = expires_at, calls_per_minute


def _text(prefix: str) -> str:
    return f"cdk_{prefix}_{secrets.token_urlsafe(32)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def integrations_of(user_id: int) -> frozenset[str]:
    """Return the integrations that a person answers for, revoked ones too, as the ledger names them."""
    return frozenset(key.actor.ref for key in ApiKey.objects.filter(owner_id=user_id))
