"""The contacts app: people and their addresses. It knows nothing of permission."""

from __future__ import annotations

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Registers what the app's own tables do at merge and erasure."""

    name = "contacts"
    verbose_name = "Contacts"
    default_auto_field = "django.db.models.BigAutoField"
