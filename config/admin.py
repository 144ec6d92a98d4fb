"""What the composing app itself shows on the staff site; the admin looks for it here."""

from config import people_admin
from config.api.admin import ApiKeyAdmin
from config.contact_desk.admin import ContactAdmin
from config.webhooks.admin import WebhookEndpointAdmin

__all__ = ["ApiKeyAdmin", "ContactAdmin", "WebhookEndpointAdmin", "people_admin"]
