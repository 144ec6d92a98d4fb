"""What upper apps hang into contacts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest
from django.apps import apps

from contacts.registry import ContactPanel, Registry, registry
from contacts.values import Actor, Consequence, ErasureScope


def _hook(*, contact_id: int, address_id: int, by: Actor, at: datetime) -> None: ...


def _other_hook(*, contact_id: int, address_id: int, by: Actor, at: datetime) -> None: ...


def _merge(*, kept_id: int, merged_id: int, by: Actor, at: datetime) -> Sequence[Consequence]:
    return []


def _erase(*, scope: ErasureScope, by: Actor, at: datetime) -> Sequence[Consequence]:
    return []


def _panel(key: str, order: int) -> ContactPanel:
    return ContactPanel(key, key.title(), order, lambda request, contact: "")


def test_hooks_are_kept_in_the_order_they_came() -> None:
    ours = Registry()

    ours.on_address_joined(_hook)
    ours.on_address_joined(_other_hook)
    ours.on_address_leaving(_other_hook)

    assert ours.address_joined == (_hook, _other_hook)
    assert ours.address_leaving == (_other_hook,)


def test_panels_are_told_in_their_own_order() -> None:
    ours = Registry()

    for panel in (_panel("lists", 30), _panel("dnd", 10), _panel("notes", 30)):
        ours.add_panel(panel)

    assert [panel.key for panel in ours.contact_panels] == ["dnd", "lists", "notes"]


def test_a_panel_key_is_taken_once() -> None:
    ours = Registry()
    ours.add_panel(_panel("dnd", 10))

    with pytest.raises(ValueError, match="registered twice"):
        ours.add_panel(_panel("dnd", 20))


def test_a_relation_is_registered_once() -> None:
    ours = Registry()
    ours.register_relation("contacts.ContactAddress", "contact")

    with pytest.raises(ValueError, match="registered twice"):
        ours.register_relation("contacts.contactaddress", "contact", erase=_erase)


def test_relations_are_told_by_what_they_do() -> None:
    ours = Registry()
    ours.register_relation("lists.Membership", "contact", merge=_merge, erase=_erase)
    ours.register_relation("consent.Suppression", "contact", merge=_merge)
    ours.register_relation("contacts.ContactAddress", "contact")

    assert [one.key for one in ours.merge_relations] == ["lists.membership.contact", "consent.suppression.contact"]
    assert [one.key for one in ours.erase_relations] == ["lists.membership.contact"]
    assert len(ours.relations) == 3


def test_a_relation_nobody_registered_is_found() -> None:
    ours = Registry()

    missing = ours.unregistered_relations()

    assert {"contacts.contactaddress.address", "contacts.contactaddress.contact"} <= set(missing)
    assert missing == tuple(sorted(missing))


def test_history_tables_are_no_relations() -> None:
    histories = {model._meta.label_lower for model in apps.get_models() if model.__name__.startswith("Historical")}

    assert "contacts.historicalcontactaddress" in histories
    assert not [one for one in Registry().unregistered_relations() if one.rpartition(".")[0] in histories]


def test_contacts_registers_its_own_relations() -> None:
    assert not [one for one in registry.unregistered_relations() if one.startswith("contacts.")]
