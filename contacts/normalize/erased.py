"""What stands in the place of an erased address: a keyed hash, which only the holder of the key can match."""

from __future__ import annotations

import hashlib
import hmac

from contacts.normalize.text import ERASED_PREFIX
from contacts.vocabulary import AddressKind


def erased_value(kind: AddressKind, value: str, *, key: str) -> str:
    """Return the keyed hash of a match key.

    Keyed, because all the phone numbers of a country can be hashed in minutes; with its kind, because one text may be
    an id at two providers.
    """
    digest = hmac.new(key.encode(), f"{kind.value}:{value}".encode(), hashlib.sha256)
    return f"{ERASED_PREFIX}{digest.hexdigest()}"
