"""Reading text messages: what somebody wrote, in which class of consent it falls, and by which step."""

from consent.keywords.additions import check_list_keyword, with_additions
from consent.keywords.defaults import DEFAULT_WORDS
from consent.keywords.reader import read
from consent.keywords.steps import STEPS, Step
from consent.keywords.text import normalise
from consent.keywords.wordlists import CARRIER_OPT_IN_WORDS, WordLists, WordRefused

__all__ = [
    "CARRIER_OPT_IN_WORDS",
    "DEFAULT_WORDS",
    "STEPS",
    "Step",
    "WordLists",
    "WordRefused",
    "check_list_keyword",
    "normalise",
    "read",
    "with_additions",
]
