"""Turn whatever somebody typed or a provider sent into the one spelling that identifies an address.

An opt-out must never be refused or lost, so the rules are wide: a phone number has to be possible, not known
to be in use, and `strict=False` (for what providers report) makes a key of nearly anything.
Each normaliser gives the same key again for its own key.
"""

from __future__ import annotations

from typing import Protocol

from contacts.normalize.emails import normalize_email
from contacts.normalize.erased import erased_value
from contacts.normalize.ids import normalize_gmb, normalize_messenger
from contacts.normalize.phones import normalize_phone
from contacts.normalize.text import (
    EMAIL_PATTERN,
    ERASED_PREFIX,
    MAX_LENGTH,
    PHONE_PATTERN,
    Fault,
    InvalidAddress,
)
from contacts.values import CanonicalAddress
from contacts.vocabulary import AddressKind

__all__ = [
    "EMAIL_PATTERN",
    "ERASED_PREFIX",
    "MAX_LENGTH",
    "PHONE_PATTERN",
    "Fault",
    "InvalidAddress",
    "erased_value",
    "normalize",
    "normalize_email",
    "normalize_gmb",
    "normalize_messenger",
    "normalize_phone",
]


class Normalizer(Protocol):
    def __call__(self, raw: str, *, region: str | None, strict: bool) -> CanonicalAddress: ...


_NORMALIZERS: dict[AddressKind, Normalizer] = {
    AddressKind.PHONE: normalize_phone,
    AddressKind.EMAIL: lambda raw, *, region, strict: normalize_email(raw, strict=strict),
    AddressKind.MESSENGER: lambda raw, *, region, strict: normalize_messenger(raw),
    AddressKind.GMB: lambda raw, *, region, strict: normalize_gmb(raw),
}


def normalize(kind: AddressKind, raw: str, *, region: str | None, strict: bool = True) -> CanonicalAddress:
    """Return the canonical form of an address of any kind.

    Shape: `region` is the two-letter country whose numbers need no country code ("GB"); None or "" for none.
    Raises: InvalidAddress.
    """
    return _NORMALIZERS[kind](raw, region=region, strict=strict)
