"""What the normalisers share: the faults they name, and text as the eye sees it."""

from __future__ import annotations

import unicodedata

from contacts.values import CanonicalAddress
from contacts.vocabulary import AddressKind, Word

MAX_LENGTH = 320
"""Characters of a match key: 64 for a mailbox, one @ and 255 for its domain (RFC 5321, 4.5.3.1)."""

ERASED_PREFIX = "erased:"
"""What the value of an erased address starts with; a keyed hash follows. Nobody may type one."""

# What the database holds every key to. The e-mail's lower case is checked in ASCII only: the server may know
# a newer Unicode than Python and would then refuse an address, and with it an opt-out.
PHONE_PATTERN = r"^\+[1-9][0-9]{4,14}$"
EMAIL_PATTERN = r"^[^@A-Z]+@[!-?\[-~]+$"


class Fault(Word):
    """Why a text is not an address. The value is stable; the label tells the way out."""

    EMPTY = "empty", "Nothing is written here. Enter an address or leave the whole row out."
    TOO_LONG = "too_long", "This is too long for an address. Enter one address only."
    RESERVED = "reserved", "This is the mark of an erased address. Enter the address itself."
    SHORT_CODE = (
        "short_code",
        "This is a short code, not a person's number. Enter the full number with + and its country code.",
    )
    COUNTRY_UNKNOWN = (
        "country_unknown",
        "The country is not known. Write the number with + and its country code.",
    )
    PHONE_INCOMPLETE = "phone_incomplete", "The area code is missing. Enter the full number."
    PHONE_TOO_SHORT = (
        "phone_too_short",
        "Digits are missing. Check the number, or write it with + and country code.",
    )
    PHONE_TOO_LONG = (
        "phone_too_long",
        "There are too many digits. Enter one number, with + and its country code.",
    )
    NOT_A_PHONE = "not_a_phone", "This is not a phone number. Enter one such as +44 20 7946 0958."
    EMAIL_ONE_AT = "email_one_at", "An e-mail address has exactly one @. Enter one such as ann@example.com."
    EMAIL_PART_MISSING = (
        "email_part_missing",
        "Text is missing before or after the @. Enter the whole address.",
    )
    EMAIL_QUOTED = (
        "email_quoted",
        "Quotation marks in an e-mail address are not supported. Use another address.",
    )
    EMAIL_NUMERIC_DOMAIN = (
        "email_numeric_domain",
        "Write the domain's name after the @ instead of its number.",
    )
    EMAIL_SYNTAX = "email_syntax", "Check the e-mail address for typing errors."
    NOT_AN_ID = "not_an_id", "A provider's id has no spaces. Copy it from the provider again."


class InvalidAddress(ValueError):
    """Says which input is no address, by which rule, and the way out."""

    def __init__(self, code: str, message: str, field: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


def unreserved(address: CanonicalAddress) -> CanonicalAddress:
    if address.value.startswith(ERASED_PREFIX):
        raise fault(Fault.RESERVED, address.kind)
    return address


def plain(raw: str) -> str:
    """Return the text in ASCII digits, ordinary letters and spaces, without what the eye can't see."""
    if raw.isascii() and raw.isprintable():
        return raw.strip()
    visible = (char for char in unicodedata.normalize("NFKC", raw) if not is_invisible(char))
    return "".join(str(unicodedata.decimal(char, char)) for char in visible).strip()


def is_invisible(char: str) -> bool:
    """True for what comes along when text is copied: controls, zero-width and direction marks."""
    return unicodedata.category(char) in {"Cc", "Cf", "Cs"} and char not in "\t\n\r"


def fault(fault: Fault, kind: AddressKind) -> InvalidAddress:
    return InvalidAddress(fault.value, fault.label, kind.value)
