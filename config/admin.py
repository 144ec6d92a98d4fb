"""What the composing app itself shows on the staff site; the admin looks for it here."""

from config import people_admin
from config.api.admin import ApiKeyAdmin
from config.contact_desk.admin import ContactAdmin

__all__ = ["ApiKeyAdmin", "ContactAdmin", "people_admin"]
