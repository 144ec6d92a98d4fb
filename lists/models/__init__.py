"""Tables of lists. Only `lists.services` writes them; the database refuses what must never be."""

from lists.models.address_opt_out import ListAddressOptOut
from lists.models.contact_list import ContactList
from lists.models.membership import ListMembership

__all__ = ["ContactList", "ListAddressOptOut", "ListMembership"]
