"""Values that pass between the layers. Frozen, without Django, I/O or a clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from contacts.vocabulary import ActorKind, AddressKind, Fate


@dataclass(frozen=True, slots=True)
class CanonicalAddress:
    """One address in the one spelling that identifies it.

    `value` is the match key (E.164, lower-case e-mail with an ASCII domain, or the provider's id);
    `shown` is the spelling to display.
    """

    kind: AddressKind
    value: str
    shown: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: every verb takes one as `by`.

    `id` is empty for the system; `ref` ("user:5") is what ledger rows store. Names are for screens
    and never stored in the ledger.
    """

    kind: ActorKind
    id: str = ""
    name: str = ""

    @property
    def ref(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else str(self.kind)

    @property
    def staff_id(self) -> int:
        """Return the user's id, for what only a member of staff may do. Raises: ValueError for anybody else."""
        if self.kind is not ActorKind.USER:
            raise ValueError(f"{self.ref} is no member of staff, and only staff may do this.")
        return int(self.id)

    @property
    def user_id(self) -> int | None:
        return int(self.id) if self.kind is ActorKind.USER else None


SYSTEM = Actor(ActorKind.SYSTEM)


class LogIn(Protocol):
    """Somebody who can log in, as Django's users are."""

    def get_full_name(self) -> str: ...

    def get_username(self) -> str: ...


def staff_name(user: LogIn | None) -> str:
    """Return what a member of staff is called on every screen: their name, or the log-in's; empty for nobody."""
    return (user.get_full_name() or user.get_username()) if user is not None else ""


@dataclass(frozen=True, slots=True)
class Consequence:
    """One line of what a merge or an erasure does: how many of what meet which fate, and why."""

    fate: Fate
    what: str
    count: int = 1
    why: str = ""


@dataclass(frozen=True, slots=True)
class ErasureScope:
    """Whom and what one erasure is about.

    Shape: `contact_ids` are the contact and those it absorbed; `address_ids` the addresses that they have or had and
    nobody else holds; `shared_address_ids` those that others go on holding. `traces` and `names` are the texts by which
    the person is found in what others wrote: addresses in their spellings, and full names.
    `repeated`: all of them were erased before.
    """

    contact_id: int
    contact_ids: tuple[int, ...]
    address_ids: tuple[int, ...]
    shared_address_ids: tuple[int, ...]
    traces: tuple[str, ...]
    names: tuple[str, ...]
    repeated: bool = False
