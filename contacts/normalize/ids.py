"""Ids that providers give to people: taken as they are."""

from __future__ import annotations

import re

from contacts.normalize.text import MAX_LENGTH, Fault, fault, plain, unreserved
from contacts.values import CanonicalAddress
from contacts.vocabulary import AddressKind

_ID_SCHEME = {
    AddressKind.MESSENGER: re.compile(r"(?:messenger|facebook):", re.IGNORECASE),
    AddressKind.GMB: re.compile(r"(?:gmb|gbm):", re.IGNORECASE),
}
_ID = re.compile(r"[!-~]+")


def normalize_messenger(raw: str) -> CanonicalAddress:
    """Return the page-scoped id of a Messenger user. Case is kept: it is the provider's.

    Raises: InvalidAddress.
    """
    return _normalize_id(AddressKind.MESSENGER, raw)


def normalize_gmb(raw: str) -> CanonicalAddress:
    """Return the conversation id of a Business Messages user. Case is kept: it is the provider's.

    Raises: InvalidAddress.
    """
    return _normalize_id(AddressKind.GMB, raw)


def _normalize_id(kind: AddressKind, raw: str) -> CanonicalAddress:
    text = _ID_SCHEME[kind].sub("", plain(raw), count=1).strip()
    if not text:
        raise fault(Fault.EMPTY, kind)
    if not _ID.fullmatch(text):
        raise fault(Fault.NOT_AN_ID, kind)
    if len(text) > MAX_LENGTH:
        raise fault(Fault.TOO_LONG, kind)
    return unreserved(CanonicalAddress(kind, text, text))
