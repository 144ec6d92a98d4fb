"""E-mail addresses: any spelling in, the match key out."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

from email_validator import EmailNotValidError, validate_email

from contacts.normalize.text import MAX_LENGTH, Fault, InvalidAddress, fault, is_invisible, unreserved
from contacts.values import CanonicalAddress
from contacts.vocabulary import AddressKind

# Plain addresses, read as a whole: the library changes nothing in them but the case (a test proves it).
_PLAIN_EMAIL = re.compile(
    r"(?=.{6,100}\Z)[a-z0-9]{1,20}(?:[._+\-][a-z0-9]{1,20}){0,2}@"
    r"(?:[a-z0-9]{1,30}(?:-[a-z0-9]{1,30})?\.){1,3}(?!(?:arpa|invalid|local|localhost|onion|test)\Z)[a-z]{2,12}"
)
_DISPLAY_NAME = re.compile(r"[^<>]*<([^<>]*)>")


def normalize_email(raw: str, *, strict: bool = True) -> CanonicalAddress:
    """Return the match key of an e-mail address: lower case, the domain in its ASCII form, plus tags kept.

    `mailto:` and a display name ("Ann <ann@example.com>") are taken off. `strict=False` is for addresses that
    a provider reports: anything with one @ and text on both sides gets a key.
    Raises: InvalidAddress.
    """
    lowered = raw.lower()
    if _PLAIN_EMAIL.fullmatch(lowered):
        return CanonicalAddress(AddressKind.EMAIL, lowered, raw)
    shown = _bare_email(raw)
    if not shown:
        raise fault(Fault.EMPTY, AddressKind.EMAIL)
    if shown.count("@") != 1:
        raise fault(Fault.EMAIL_ONE_AT, AddressKind.EMAIL)
    local, _, domain = shown.partition("@")
    if not local or not domain.strip("."):
        raise fault(Fault.EMAIL_PART_MISSING, AddressKind.EMAIL)
    value = _email_key(shown, strict=strict)
    if len(value) > MAX_LENGTH or len(shown) > MAX_LENGTH:
        raise fault(Fault.TOO_LONG, AddressKind.EMAIL)
    return unreserved(CanonicalAddress(AddressKind.EMAIL, value, shown))


def _bare_email(raw: str) -> str:
    text = "".join(char for char in raw.replace("\uff20", "@") if not is_invisible(char)).strip()
    if text[:7].lower() == "mailto:":
        text = unquote(text[7:].partition("?")[0]).strip()
    if named := _DISPLAY_NAME.fullmatch(text):
        text = named[1].strip()
    return text


def _email_key(text: str, *, strict: bool) -> str:
    local, _, domain = text.partition("@")
    try:
        checked = validate_email(text, check_deliverability=False)
    except EmailNotValidError as refusal:
        if not strict:
            return _reported_email_key(text)
        if local.startswith('"'):
            raise fault(Fault.EMAIL_QUOTED, AddressKind.EMAIL) from refusal
        if domain.startswith("["):
            raise fault(Fault.EMAIL_NUMERIC_DOMAIN, AddressKind.EMAIL) from refusal
        raise InvalidAddress(
            Fault.EMAIL_SYNTAX.value, f"{refusal} {Fault.EMAIL_SYNTAX.label}", AddressKind.EMAIL.value
        ) from refusal
    return f"{_lower(checked.local_part)}@{checked.ascii_domain.lower()}"


def _reported_email_key(text: str) -> str:
    """Return a key for an address outside the standard, the same for each spelling that means the same."""
    local, _, domain = text.partition("@")
    if len(local) > 2 and local[0] == local[-1] == '"' and '"' not in local[1:-1] and "\\" not in local:
        local = local[1:-1]
    labels = "".join(unicodedata.normalize("NFKC", domain).replace("\u3002", ".").split()).strip(".").split(".")
    key = f"{_lower(local)}@{'.'.join(_ascii_label(_lower(label)) for label in labels)}"
    if key.endswith("@") or key.count("@") != 1:
        raise fault(Fault.EMAIL_SYNTAX, AddressKind.EMAIL)
    return key if key == text else normalize_email(key, strict=False).value


def _ascii_label(label: str) -> str:
    return label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"


def _lower(text: str) -> str:
    # Not casefold(): it would turn ß into ss, which is another mailbox.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
