"""The verbs of contacts, and the locks every change of a contact or an address takes.

Other apps import from here only.
"""

from contacts.services.addresses import (
    add_address,
    get_or_create_address,
    get_or_create_addresses,
    make_primary,
    read_draft,
    remove_address,
    set_addresses,
)
from contacts.services.blank import blank
from contacts.services.contacts import EDITABLE, create_contact, delete_contact, update_contact
from contacts.services.erasing import Erased, erase_contact, open_erasure, preview_erasure
from contacts.services.errors import (
    AddressMissing,
    ContactDeleted,
    ContactMissing,
    ContactRefusal,
    HoldingsUnsettled,
    RelationsUnknown,
    StaleContact,
    TwoPrimaries,
    UnableToErase,
    UnableToMerge,
    UnknownField,
)
from contacts.services.holdings import AddressChange
from contacts.services.locks import (
    LockedAddress,
    LockedContact,
    lock_addresses,
    lock_crowd,
    lock_for_address,
    lock_for_contact,
    lock_for_contacts,
    lock_holders,
    lock_holders_of,
)
from contacts.services.merging import Merged, merge_contacts, preview_merge

__all__ = [
    "EDITABLE",
    "AddressChange",
    "AddressMissing",
    "ContactDeleted",
    "ContactMissing",
    "ContactRefusal",
    "Erased",
    "HoldingsUnsettled",
    "LockedAddress",
    "LockedContact",
    "Merged",
    "RelationsUnknown",
    "StaleContact",
    "TwoPrimaries",
    "UnableToErase",
    "UnableToMerge",
    "UnknownField",
    "add_address",
    "blank",
    "create_contact",
    "delete_contact",
    "erase_contact",
    "get_or_create_address",
    "get_or_create_addresses",
    "lock_addresses",
    "lock_crowd",
    "lock_for_address",
    "lock_for_contact",
    "lock_for_contacts",
    "lock_holders",
    "lock_holders_of",
    "make_primary",
    "merge_contacts",
    "open_erasure",
    "preview_erasure",
    "preview_merge",
    "read_draft",
    "remove_address",
    "set_addresses",
    "update_contact",
]
