"""The staff's screens of consent, one module each."""

from consent.admin import channels, codes, consents, deliveries, doors, evidence, ledger, profile, register, seals

__all__ = ["channels", "codes", "consents", "deliveries", "doors", "evidence", "ledger", "profile", "register", "seals"]
