"""The ways in which a verb of contacts says no. Each has a stable code and a sentence with the way out.

ContactRefusal
├── ContactMissing       no such contact
├── ContactDeleted       deleted or erased: a tombstone is not edited
├── AddressMissing       no such address, or this contact does not hold it
├── StaleContact         somebody else saved first
├── TwoPrimaries         two primary addresses of one kind
├── UnknownField         not a field that people edit
├── HoldingsUnsettled    addresses kept moving between contacts while they were being locked
├── UnableToMerge        these two can't become one
├── UnableToErase        the erasure lacks something it needs
└── RelationsUnknown     a table refers to contacts, and nobody said what merge and erasure do with it
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from contacts.vocabulary import AddressKind


class ContactRefusal(Exception):
    """A "no" of this app. `field` names the input at fault where there is one."""

    code: ClassVar[str]

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class ContactMissing(ContactRefusal):
    code = "contact_missing"

    def __init__(self, contact_id: int) -> None:
        super().__init__(f"There is no contact {contact_id}. Search for the person again.", field="contact_id")
        self.contact_id = contact_id


class ContactDeleted(ContactRefusal):
    code = "contact_deleted"

    def __init__(self, contact_id: int) -> None:
        super().__init__(
            f"Contact {contact_id} was deleted and can't be changed. Create a new contact instead.",
            field="contact_id",
        )
        self.contact_id = contact_id


class AddressMissing(ContactRefusal):
    code = "address_missing"

    def __init__(self, address_id: int, contact_id: int | None = None) -> None:
        holder = "" if contact_id is None else f" at contact {contact_id}"
        super().__init__(
            f"There is no address {address_id}{holder}. Reload the page and choose again.", field="address_id"
        )
        self.address_id = address_id
        self.contact_id = contact_id


class StaleContact(ContactRefusal):
    """Somebody saved the contact after it was read. `changed_by` is a name, or an actor's ref without one."""

    code = "contact_stale"

    def __init__(
        self,
        *,
        contact_id: int,
        expected_version: int,
        current_version: int,
        changed_by: str,
        changed_at: datetime,
    ) -> None:
        super().__init__(
            f"{changed_by} changed this contact while you had it open. Reload it and make your change again.",
            field="expected_version",
        )
        self.contact_id = contact_id
        self.expected_version = expected_version
        self.current_version = current_version
        self.changed_by = changed_by
        self.changed_at = changed_at


class TwoPrimaries(ContactRefusal):
    code = "two_primaries"

    def __init__(self, kind: AddressKind) -> None:
        super().__init__(
            f"Two addresses of the kind {kind.label} are marked as primary. Mark one of them only.",
            field="addresses",
        )
        self.kind = kind


class UnknownField(ContactRefusal):
    code = "unknown_field"

    def __init__(self, names: Iterable[str], known: Iterable[str]) -> None:
        self.names = tuple(sorted(names))
        super().__init__(
            f"Not editable: {', '.join(self.names)}. Change one of {', '.join(sorted(known))}.",
            field=self.names[0],
        )


class HoldingsUnsettled(ContactRefusal):
    code = "holdings_unsettled"

    def __init__(self, contact_ids: Iterable[int]) -> None:
        super().__init__("The addresses of this contact are being changed by others. Try again in a moment.")
        self.contact_ids = tuple(sorted(contact_ids))


class UnableToMerge(ContactRefusal):
    code = "unable_to_merge"


class UnableToErase(ContactRefusal):
    code = "unable_to_erase"


class RelationsUnknown(ContactRefusal):
    code = "relations_unknown"

    def __init__(self, relations: Iterable[str]) -> None:
        self.relations = tuple(relations)
        super().__init__(
            f"Nobody has said what becomes of {', '.join(self.relations)}, so nothing was changed. "
            "Ask the operators to register it (contacts/registry.py)."
        )
