"""The one place where upper apps hook into contacts, filled in their `AppConfig.ready()`.

Contacts must not import consent or lists, yet their rows have to follow when an address joins a contact, when
contacts merge and when a contact is erased, and they show their panels on the contact page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from django.apps import apps
from django.conf import settings
from django.db.models import ManyToOneRel
from django.http import HttpRequest
from simple_history.models import HistoricalChanges

from contacts.values import Actor, Consequence, ErasureScope

if TYPE_CHECKING:
    from contacts.models import Contact


class AddressHook(Protocol):
    """What runs in the verb's own transaction, with address and contact locked. Raising undoes the verb."""

    def __call__(self, *, contact_id: int, address_id: int, by: Actor, at: datetime) -> None: ...


class MergeRelation(Protocol):
    """Moves or rewrites the rows of one relation from the merged contact to the kept one, and tells what it did."""

    def __call__(self, *, kept_id: int, merged_id: int, by: Actor, at: datetime) -> Sequence[Consequence]: ...


class Eraser(Protocol):
    """Removes personal data of whom an erasure is about, and tells what it did.

    Runs in the verb's transaction while the contact still holds its addresses, all of them locked.
    """

    def __call__(self, *, scope: ErasureScope, by: Actor, at: datetime) -> Sequence[Consequence]: ...


@dataclass(frozen=True, slots=True)
class ContactPanel:
    """One panel of the contact page. Lower `order` comes first; `render` returns safe HTML."""

    key: str
    title: str
    order: int
    render: Callable[[HttpRequest, Contact], str]


@dataclass(frozen=True, slots=True)
class Relation:
    """What merge and erasure do with one foreign key. None: looked at, and nothing has to be done."""

    model_label: str
    field: str
    merge: MergeRelation | None = None
    erase: Eraser | None = None

    @property
    def key(self) -> str:
        return f"{self.model_label.lower()}.{self.field}"


class Registry:
    """Holds hooks, panels and relations in the order they were registered."""

    def __init__(self) -> None:
        self._joined: list[AddressHook] = []
        self._leaving: list[AddressHook] = []
        self._erasing: list[Eraser] = []
        self._panels: dict[str, ContactPanel] = {}
        self._relations: dict[str, Relation] = {}
        self.default_region: Callable[[], str] = lambda: str(settings.DEFAULT_REGION)
        """Tells the country of numbers that are written without one. An upper app may know better than settings."""

    def on_address_joined(self, hook: AddressHook) -> None:
        """Call `hook` after an address has joined a contact, in the same transaction."""
        self._joined.append(hook)

    def on_address_leaving(self, hook: AddressHook) -> None:
        """Call `hook` before an address leaves a contact, in the same transaction."""
        self._leaving.append(hook)

    def on_erasing(self, hook: Eraser) -> None:
        """Call `hook` when a contact is erased, for what no foreign key leads to. Hooks run before the relations."""
        self._erasing.append(hook)

    def add_panel(self, panel: ContactPanel) -> None:
        """Show one more panel on the contact page.

        Raises: ValueError if the key is taken.
        """
        if panel.key in self._panels:
            raise ValueError(f"Contact panel {panel.key!r} is registered twice; give one another key.")
        self._panels[panel.key] = panel

    def register_relation(
        self,
        model_label: str,
        field: str,
        *,
        merge: MergeRelation | None = None,
        erase: Eraser | None = None,
    ) -> None:
        """Say what merge and erasure do with the rows of one foreign key to Contact or Address.

        Shape: `model_label` is "app.Model", `field` the foreign key's name.
        Raises: ValueError if the relation is registered already.
        """
        relation = Relation(model_label, field, merge, erase)
        if relation.key in self._relations:
            raise ValueError(f"Relation {relation.key} is registered twice; keep one of the two.")
        self._relations[relation.key] = relation

    @property
    def address_joined(self) -> tuple[AddressHook, ...]:
        return tuple(self._joined)

    @property
    def address_leaving(self) -> tuple[AddressHook, ...]:
        return tuple(self._leaving)

    @property
    def erasing(self) -> tuple[Eraser, ...]:
        return tuple(self._erasing)

    @property
    def contact_panels(self) -> tuple[ContactPanel, ...]:
        return tuple(sorted(self._panels.values(), key=lambda panel: (panel.order, panel.key)))

    @property
    def relations(self) -> tuple[Relation, ...]:
        return tuple(self._relations.values())

    @property
    def merge_relations(self) -> tuple[Relation, ...]:
        return tuple(relation for relation in self.relations if relation.merge is not None)

    @property
    def erase_relations(self) -> tuple[Relation, ...]:
        return tuple(relation for relation in self.relations if relation.erase is not None)

    def unregistered_relations(self) -> tuple[str, ...]:
        """Return each foreign key to Contact or Address nobody registered, so that merge and erase refuse.

        Shape: "app.model.field", sorted. History tables are not relations: they keep no live link.
        """
        found = set()
        for target in (apps.get_model("contacts.Contact"), apps.get_model("contacts.Address")):
            for relation in target._meta.get_fields(include_hidden=True):
                # A many-to-many comes as the two foreign keys of its own table.
                if not isinstance(relation, ManyToOneRel) or issubclass(relation.related_model, HistoricalChanges):
                    continue
                found.add(f"{relation.related_model._meta.label_lower}.{relation.field.name}")
        return tuple(sorted(found - self._relations.keys()))


registry = Registry()
