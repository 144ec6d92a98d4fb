"""The ways in which a verb of lists says no before it looks at any contact.

ListRefusal
├── ListMissing     no such list
├── InvalidList     a field of the list is wrong
└── NoPairedList    removed contacts were to join a list that is not there

What stands against a single contact is no exception but an outcome, so that it is in the ledger.
"""

from __future__ import annotations


class ListRefusal(Exception):
    """A "no" of this app. `code` is stable, `field` names the input at fault where there is one."""

    def __init__(self, code: str, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.field = code, message, field


class ListMissing(ListRefusal):
    def __init__(self, list_ref: int | str) -> None:
        super().__init__("unknown_list", f"There is no list “{list_ref}”. Choose one that exists.", field="list")


class InvalidList(ListRefusal):
    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(code, message, field=field)


class NoPairedList(ListRefusal):
    def __init__(self) -> None:
        super().__init__(
            "no_paired_list",
            "This list has no paired opt-out list. Choose one on the list's page, or remove without it.",
            field="also_add_to_paired",
        )
