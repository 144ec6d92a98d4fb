"""The staff's screens of lists: the lists themselves, and who is on them."""

from lists.admin import catalogue, members

__all__ = ["catalogue", "members"]
