"""Words of the lists app. Values are stored: changing one needs a migration. A label is what staff read."""

from __future__ import annotations

from contacts.vocabulary import Word


class ListPurpose(Word):
    """What a list is for. It says what staff mean; the gate goes by the purpose of each message."""

    MARKETING = "marketing", "Marketing"
    NOTICE = "notice", "Notices"
