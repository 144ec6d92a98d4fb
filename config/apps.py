"""The composing app: it imports all others, and none imports it."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class StaffSiteConfig(AdminConfig):
    """Django's admin with our own site class."""

    default_site = "config.site.StaffSite"


class ConsentDeskConfig(AppConfig):
    name = "config"
    verbose_name = "Consent Desk"
