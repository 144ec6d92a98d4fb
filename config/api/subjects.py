"""Whom a call about many is about: contacts by id, and addresses in any spelling."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from config.api.problems import Fault, Problem, invalid
from consent.selectors.business import default_region
from contacts.models import Address
from contacts.normalize import InvalidAddress, normalize
from contacts.statements import fetch
from contacts.values import CanonicalAddress
from contacts.vocabulary import AddressKind

MOST = 10_000
"""Subjects that one call takes."""

_ONE_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_IDS = re.compile(f"{_ONE_ID}(?:,{_ONE_ID})*")
"""Ids as they are written nearly always. Reading each as a UUID takes ten times as long."""

_NUMBERS = "SELECT public_id::text, id FROM contacts_contact WHERE public_id = ANY ((SELECT %s::uuid[])::uuid[])"


def read_subjects(asked: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the `contacts` and `addresses` of a body: 1 to 10,000 together.

    Shape: ids of contacts in small letters with hyphens, as PostgreSQL writes them.
    Raises: Problem.
    """
    given_contacts, given_addresses = _listed(asked, "contacts"), _listed(asked, "addresses")
    count = len(given_contacts) + len(given_addresses)
    if count > MOST:
        raise Problem(413, "too_many_subjects", f"{count} subjects; a call takes {MOST}. Send several calls.")
    if not count:
        raise invalid(Fault("contacts", "required", "Name at least one contact or address."))
    contacts, faults = _ids(given_contacts)
    faults += [
        Fault(f"addresses[{number}]", "not_a_string", "Send an address as a string, of 400 characters at most.")
        for number, each in enumerate(given_addresses)
        if not isinstance(each, str) or len(each) > 400
    ]
    if faults:
        raise invalid(*faults[:100])
    return contacts, given_addresses


def _ids(given: list[Any]) -> tuple[list[str], list[Fault]]:
    """Return ids as PostgreSQL writes them, and what is wrong with the others."""
    if all(isinstance(each, str) for each in given):
        joined = ",".join(given)
        if joined.count(",") == len(given) - 1 and _IDS.fullmatch(joined):
            return given, []
    ids: list[str] = []
    faults = []
    for number, each in enumerate(given):
        try:
            ids.append(str(UUID(each)))
        except (ValueError, AttributeError, TypeError):
            faults.append(Fault(f"contacts[{number}]", "not_an_id", "Send the id of a contact, a UUID."))
    return ids, faults


def _listed(asked: Mapping[str, Any], name: str) -> list[Any]:
    given = asked.get(name, [])
    if not isinstance(given, list):
        raise invalid(Fault(name, "not_a_list", "Send a list, such as []."))
    return given


def contact_numbers(contacts: Sequence[str]) -> dict[str, int]:
    """Return the number of each contact that there is, or was, by its id as `read_subjects` gives it."""
    return dict(fetch(_NUMBERS, ["{" + ",".join(contacts) + "}"])) if contacts else {}


def canonical_values(addresses: Sequence[str], kind: AddressKind) -> dict[str, str | None]:
    """Return each spelling's canonical form; None for what is no address.

    What somebody has as it is written needs no reading: a canonical form is its own. That saves most of the time.
    """
    if not addresses:
        return {}
    asked = {each for each in addresses if "\x00" not in each}
    known = set(Address.objects.filter(kind=kind, value__in=asked).values_list("value", flat=True))
    region = default_region()
    return {each: each if each in known else _value(each, kind, region) for each in dict.fromkeys(addresses)}


def _value(spelling: str, kind: AddressKind, region: str) -> str | None:
    found = _read(spelling, kind, region)
    return None if found is None else found.value


def named_addresses(spelled: Sequence[str]) -> list[CanonicalAddress | None]:
    """Return e-mail addresses and phone numbers in the spelling that identifies each; None for what is neither."""
    known: dict[str, CanonicalAddress | None] = {}
    region = default_region()
    for each in spelled:
        if each not in known:
            known[each] = _read(each, AddressKind.EMAIL if "@" in each else AddressKind.PHONE, region)
    return [known[each] for each in spelled]


def _read(spelling: str, kind: AddressKind, region: str) -> CanonicalAddress | None:
    try:
        return normalize(kind, spelling, region=region)
    except InvalidAddress:
        return None
