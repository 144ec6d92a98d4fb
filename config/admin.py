"""What the composing app shows on the staff site."""

from config import people_admin

__all__ = ["people_admin"]
