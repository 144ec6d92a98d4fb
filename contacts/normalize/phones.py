"""Phone numbers: any spelling in, E.164 out."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, ValidationResult

from contacts.normalize.text import Fault, fault, plain
from contacts.values import CanonicalAddress
from contacts.vocabulary import AddressKind

# Numbers of the North American plan, already canonical: the full parse changes nothing in them (a test
# proves it) and is 25 times slower.
_CANONICAL_NANP = re.compile(r"\+1([2-9][0-9]{2})([0-9]{3})([0-9]{4})")
_E164 = re.compile(r"\+[1-9][0-9]{4,14}")
_PHONE_SCHEME = re.compile(r"(?:whatsapp|tel|sms|smsto|callto|rcs):(?://)?", re.IGNORECASE)
_SHORT_CODE = re.compile(r"[0-9](?:[ .\-]?[0-9]){2,5}")
_MEXICO, _BRAZIL = 52, 55
_BRAZILIAN_MOBILE = re.compile(r"([1-9][0-9])([6-9][0-9]{7})")
_PHONE_FAULTS = {
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: Fault.PHONE_INCOMPLETE,
    ValidationResult.TOO_SHORT: Fault.PHONE_TOO_SHORT,
    ValidationResult.INVALID_LENGTH: Fault.NOT_A_PHONE,
    ValidationResult.TOO_LONG: Fault.PHONE_TOO_LONG,
}


def normalize_phone(raw: str, *, region: str | None, strict: bool = True) -> CanonicalAddress:
    """Return the E.164 form of a phone number in any spelling.

    An extension is dropped: messages and consent belong to the line. `strict=False` is for numbers that a
    provider reports: what has the shape of E.164 is taken even where no such number is possible.
    Raises: InvalidAddress.
    """
    if canonical := _CANONICAL_NANP.fullmatch(raw):
        return CanonicalAddress(AddressKind.PHONE, raw, "+1 {}-{}-{}".format(*canonical.groups()))
    text = _PHONE_SCHEME.sub("", plain(raw), count=1).partition("?")[0].strip()
    if not text:
        raise fault(Fault.EMPTY, AddressKind.PHONE)
    if _SHORT_CODE.fullmatch(text):
        raise fault(Fault.SHORT_CODE, AddressKind.PHONE)
    found = _read_phone(text, (region or "").upper() or None)
    if isinstance(found, Fault) and not strict:
        found = _read_reported_phone(text) or found
    if isinstance(found, Fault):
        raise fault(found, AddressKind.PHONE)
    return found


def _read_phone(text: str, region: str | None) -> CanonicalAddress | Fault:
    """Return the number, or why it is none.

    Many write 00 for + wherever they are, so it counts unless the region's own reading gives a number in use.
    """
    found = _read_possible(text, region)
    if not text.startswith("00"):
        return found
    if isinstance(found, CanonicalAddress) and phonenumbers.is_valid_number(phonenumbers.parse(found.value)):
        return found
    retried = _read_possible(f"+{text[2:].lstrip()}", None)
    return found if isinstance(retried, Fault) else retried


def _read_possible(text: str, region: str | None) -> CanonicalAddress | Fault:
    number = _parse(text, region)
    if isinstance(number, Fault):
        return number
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != ValidationResult.IS_POSSIBLE:
        return _PHONE_FAULTS.get(reason, Fault.NOT_A_PHONE)
    value = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if not _E164.fullmatch(value):
        return Fault.PHONE_TOO_LONG
    if value != text:
        # A trunk prefix can be written twice; the key is what no further reading changes.
        return _read_possible(value, None)
    return CanonicalAddress(
        AddressKind.PHONE, value, phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    )


def _parse(text: str, region: str | None) -> PhoneNumber | Fault:
    if "@" in text:
        return Fault.NOT_A_PHONE
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as refusal:
        if refusal.error_type == refusal.INVALID_COUNTRY_CODE and not text.startswith("+"):
            return Fault.COUNTRY_UNKNOWN
        if refusal.error_type == refusal.TOO_LONG:
            return Fault.PHONE_TOO_LONG
        return Fault.NOT_A_PHONE
    national = phonenumbers.national_significant_number(number)
    if number.country_code == _MEXICO and len(national) == 11 and national.startswith("1"):
        # Until 2019 mobiles were dialled with this 1, and WhatsApp still reports it: the same line.
        return PhoneNumber(country_code=_MEXICO, national_number=int(national[1:]))
    if number.country_code == _BRAZIL and (before := _BRAZILIAN_MOBILE.fullmatch(national)):
        # Until 2016 mobiles had no leading 9, and WhatsApp still reports many without: the same line.
        return PhoneNumber(country_code=_BRAZIL, national_number=int("9".join(before.groups())))
    return number


def _read_reported_phone(text: str) -> CanonicalAddress | None:
    """Return a key for an international number that cannot be, yet was reported. Providers may omit the +."""
    value = "+" + re.sub(r"[^0-9]", "", text).removeprefix("00")
    if "@" in text or not _E164.fullmatch(value):
        return None
    found = _read_possible(value, None)
    return CanonicalAddress(AddressKind.PHONE, value, value) if isinstance(found, Fault) else found
