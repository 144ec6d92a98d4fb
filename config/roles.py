"""The four roles of the staff site and what each may do. A migration writes them as groups.

Whoever runs the site may add people to several roles, or make roles of their own; what no role may do (lift a permanent
DND, approve one's own evidence, edit the ledger) is nobody's permission and hangs on no group.
"""

from __future__ import annotations

from enum import StrEnum

from config.api.vocabulary import Scope


class Role(StrEnum):
    AGENT = "agent"
    MARKETING = "marketing"
    SUPPORT = "support"
    COMPLIANCE = "compliance"


ALL = frozenset(Role)
DESK = frozenset({Role.AGENT, Role.SUPPORT, Role.COMPLIANCE})
REVIEW = frozenset({Role.SUPPORT, Role.COMPLIANCE})
READERS = frozenset({Role.MARKETING, Role.SUPPORT, Role.COMPLIANCE})
COMPLIANCE = frozenset({Role.COMPLIANCE})

GRANTS: dict[str, frozenset[Role]] = {
    "contacts.view_contact": ALL,
    "contacts.add_contact": ALL,
    "contacts.change_contact": ALL,
    "contacts.view_address": ALL,
    "contacts.delete_contact": REVIEW,
    "contacts.merge_contact": REVIEW,
    "contacts.erase_contact": REVIEW,
    "contacts.export_contact": REVIEW,
    "consent.view_suppression": ALL,
    "consent.set_dnd": DESK,
    "consent.export_suppression": READERS,
    "consent.view_evidence": ALL,
    "consent.add_evidence": ALL,
    "consent.review_evidence": REVIEW,
    "consent.view_consentrecord": ALL,
    "consent.add_consentrecord": ALL,
    "consent.export_consentrecord": READERS,
    "consent.view_consenttext": ALL,
    "consent.add_consenttext": COMPLIANCE,
    "consent.view_optoutrequest": ALL,
    "consent.add_optoutrequest": ALL,
    "consent.view_review": ALL,
    "consent.decide_review": REVIEW,
    "consent.view_inboundmessage": ALL,
    "consent.view_wordlistversion": ALL,
    "consent.add_wordlistversion": COMPLIANCE,
    "consent.view_own_ledgerentry": frozenset({Role.AGENT}),
    "consent.view_ledgerentry": READERS,
    "consent.view_decisionrecord": READERS,
    "consent.export_ledgerentry": COMPLIANCE,
    "consent.view_ledgerseal": COMPLIANCE,
    "consent.view_delivery": READERS,
    "consent.change_delivery": REVIEW,
    "consent.view_drift": READERS,
    "consent.change_drift": REVIEW,
    "consent.view_providercode": READERS,
    "consent.change_providercode": COMPLIANCE,
    "config.view_apikey": COMPLIANCE,
    "config.add_apikey": COMPLIANCE,
    "config.change_apikey": COMPLIANCE,
    "config.view_webhookendpoint": COMPLIANCE,
    "config.add_webhookendpoint": COMPLIANCE,
    "config.change_webhookendpoint": COMPLIANCE,
    "consent.view_businessprofile": ALL,
    "consent.change_businessprofile": COMPLIANCE,
    "consent.view_channelstate": ALL,
    "consent.change_channelstate": COMPLIANCE,
    "lists.view_contactlist": ALL,
    "lists.add_contactlist": frozenset({Role.MARKETING, Role.COMPLIANCE}),
    "lists.change_contactlist": frozenset({Role.MARKETING, Role.COMPLIANCE}),
    "lists.view_listmembership": ALL,
    "lists.change_listmembership": ALL,
}
"""Permission → the roles that have it. `consent.change_delivery` is the right to replay a failed delivery;
`consent.add_wordlistversion` the right to change the words that messages are read by.
"""

SCOPE_PERMISSIONS: dict[Scope, tuple[str, ...]] = {
    Scope.CONTACTS_READ: ("contacts.view_contact",),
    Scope.CONTACTS_WRITE: ("contacts.add_contact", "contacts.change_contact"),
    Scope.DND_READ: ("consent.view_suppression",),
    Scope.DND_WRITE: ("consent.set_dnd",),
    Scope.LISTS_READ: ("lists.view_contactlist", "lists.view_listmembership"),
    Scope.LISTS_WRITE: ("lists.change_listmembership",),
    Scope.DECISIONS: ("consent.view_suppression",),
    Scope.EVIDENCE_WRITE: ("consent.add_evidence",),
    Scope.EVIDENCE_REVIEW: ("consent.review_evidence",),
    Scope.EVENTS_READ: ("consent.view_ledgerentry",),
    Scope.MESSAGES_SEND: (),
}
"""Scope of the API → the permissions with which a person who is logged in has it. None: only keys have it."""
