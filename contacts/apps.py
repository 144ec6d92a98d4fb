"""The contacts app: people and their addresses. It knows nothing of permission."""

from __future__ import annotations

from django.apps import AppConfig

from contacts.registry import registry


class ContactsConfig(AppConfig):
    name = "contacts"
    verbose_name = "Contacts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Name the app's own relations: its verbs see to them themselves."""
        registry.register_relation("contacts.ContactAddress", "contact")
        registry.register_relation("contacts.ContactAddress", "address")
        registry.register_relation("contacts.Contact", "merged_into")
