"""The verbs of lists. Each owns its transaction, its change and the ledger entries that go with it.

Other apps import from here only.
"""

from lists.services.blocking import block, unblock
from lists.services.bringing_back import bring_back
from lists.services.catalogue import archive_list, create_list, restore_list, update_list
from lists.services.errors import InvalidList, ListMissing, ListRefusal, NoPairedList
from lists.services.hooks import opt_out_by_keyword, opt_out_with_address
from lists.services.joining import add, remove
from lists.services.opting_out import opt_out, opt_out_address, opt_out_many
from lists.services.personal_data import forget_address_words, forget_memberships, take_over_memberships

__all__ = [
    "InvalidList",
    "ListMissing",
    "ListRefusal",
    "NoPairedList",
    "add",
    "archive_list",
    "block",
    "bring_back",
    "create_list",
    "forget_address_words",
    "forget_memberships",
    "opt_out",
    "opt_out_address",
    "opt_out_by_keyword",
    "opt_out_many",
    "opt_out_with_address",
    "remove",
    "restore_list",
    "take_over_memberships",
    "unblock",
    "update_list",
]
