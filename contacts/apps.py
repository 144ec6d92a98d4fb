"""The contacts app: people and their addresses. It knows nothing of permission."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from contacts.registry import registry


class ContactsConfig(AppConfig):
    name = "contacts"
    verbose_name = "Contacts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Name the app's own relations: its verbs see to them themselves."""
        post_migrate.connect(_ignore_no_trigger, sender=self)
        registry.register_relation("contacts.ContactAddress", "contact")
        registry.register_relation("contacts.ContactAddress", "address")
        registry.register_relation("contacts.Contact", "merged_into")


def _ignore_no_trigger(**_: Any) -> None:
    """Leave no way to have the database's guards ignored."""
    from contacts.triggers import ignore_none

    ignore_none()
