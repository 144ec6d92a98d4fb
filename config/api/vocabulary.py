"""Words of the API."""

from __future__ import annotations

from consent.vocabulary import CHANNELS
from contacts.vocabulary import Word

CHANNEL_CHOICES = [(each.value, each.label) for each in CHANNELS]
"""The channels that one can ask about: all but `all`."""


class Scope(Word):
    """What a key may do. A person's scopes follow from their permissions: `config.roles.SCOPE_PERMISSIONS`."""

    CONTACTS_READ = "contacts:read", "Read contacts"
    CONTACTS_WRITE = "contacts:write", "Create and change contacts"
    DND_READ = "dnd:read", "Read DND"
    DND_WRITE = "dnd:write", "Set and clear DND, Do Not Contact and blocks"
    LISTS_READ = "lists:read", "Read lists, members and audiences"
    LISTS_WRITE = "lists:write", "Change lists and memberships"
    DECISIONS = "decisions", "Ask who may be contacted"
    EVIDENCE_WRITE = "evidence:write", "File opt-in evidence"
    EVIDENCE_REVIEW = "evidence:review", "Approve and reject opt-in evidence of others"
    EVENTS_READ = "events:read", "Read the ledger and receive webhooks"
    MESSAGES_SEND = "messages:send", "Send messages through the gate"
