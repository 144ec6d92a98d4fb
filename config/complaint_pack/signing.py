"""The key that packs are signed with, from the settings."""

from __future__ import annotations

import base64
import binascii

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from consent.proofs import canonical


def signing_key() -> Ed25519PrivateKey | None:
    """Return the key, or None where none is set. Raises: ImproperlyConfigured for something that is no key."""
    if not settings.PACK_SIGNING_KEY:
        return None
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(settings.PACK_SIGNING_KEY, validate=True))
    except (binascii.Error, ValueError) as error:
        raise ImproperlyConfigured(
            "PACK_SIGNING_KEY is no Ed25519 key: 32 bytes in base64. `manage.py print_pack_key --new` makes one."
        ) from error


def public_key(key: Ed25519PrivateKey) -> str:
    """Return what checks its signatures, in base64."""
    return base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def signature(manifest: bytes, key: Ed25519PrivateKey) -> bytes:
    """Return the content of the pack's signature file."""
    signed = base64.b64encode(key.sign(manifest)).decode()
    return canonical({"algorithm": "Ed25519", "public_key": public_key(key), "signature": signed}) + b"\n"
