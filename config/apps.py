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
        from config.api.services.keys import integrations_of
        from config.contact_desk.story import told_beside
        from config.personal_data.forgetting import forget_what_staff_wrote
        from consent.registry import registry as consent
        from contacts.registry import registry as contacts

        consent.integrations_of = integrations_of
        consent.story = told_beside
        contacts.on_erasing(forget_what_staff_wrote)
