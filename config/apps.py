"""The composing app: it imports all others, and none imports it."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class StaffSiteConfig(AdminConfig):
    """Django's admin with our own site class."""

    default_site = "config.site.StaffSite"


class ConsentDeskConfig(AppConfig):
    name = "config"
    verbose_name = "Consent Desk"

    def ready(self) -> None:
        from config.personal_data.forgetting import forget_what_staff_wrote
        from contacts.registry import registry

        registry.on_erasing(forget_what_staff_wrote)
