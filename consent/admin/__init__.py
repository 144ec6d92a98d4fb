"""The staff's screens of consent, one module each."""

from consent.admin import (
    channels,
    codes,
    consents,
    decisions,
    deliveries,
    doors,
    drift,
    evidence,
    ledger,
    profile,
    register,
    seals,
)

__all__ = [
    "channels",
    "codes",
    "consents",
    "decisions",
    "deliveries",
    "doors",
    "drift",
    "evidence",
    "ledger",
    "profile",
    "register",
    "seals",
]
