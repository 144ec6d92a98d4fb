"""What the composing app itself shows in the staff site; the admin looks for it here."""

from config.contact_desk.admin import ContactAdmin

__all__ = ["ContactAdmin"]
