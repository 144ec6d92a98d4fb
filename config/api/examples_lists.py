"""Examples for the OpenAPI document: lists, their members and audiences, and the feed."""

from __future__ import annotations

from typing import Any

_CONTACT = "5f0c2a52-6b0e-4c57-9f0e-1d2c3b4a5968"

LIST: dict[str, Any] = {
    "slug": "spring-offers",
    "name": "Spring offers",
    "purpose": "marketing",
    "description": "",
    "public_name": "",
    "public_description": "",
    "keyword": "nospring",
    "keyword_reply": "",
    "opt_out_list": None,
    "archived": False,
    "created_at": "2026-10-01T09:00:00Z",
    "updated_at": "2026-10-01T09:00:00Z",
}
MEMBER: dict[str, Any] = {
    "contact": _CONTACT,
    "list": "spring-offers",
    "subscribed": True,
    "opted_out": False,
    "blocked": False,
    "added_at": "2026-10-01T09:00:00Z",
    "opted_out_at": None,
    "blocked_at": None,
    "removed_at": None,
    "consent_given_at": None,
    "note": "Bought a ticket",
    "updated_at": "2026-10-01T09:00:00Z",
}
_BULK: dict[str, Any] = {
    "list": "spring-offers",
    "act": "subscribe",
    "changed": 1,
    "effects": {"lifted": 1, "kept": 1},
    "results": [
        {"contact": _CONTACT, "address": None, "effect": "lifted", "code": "", "text": ""},
        {
            "contact": None,
            "address": "bo@example.com",
            "effect": "kept",
            "code": "list_opted_out",
            "text": "The contact opted out of this list. Bring it back with the contact's later consent.",
        },
    ],
}


def _page(*results: Any) -> dict[str, Any]:
    return {"next": None, "previous": None, "results": list(results)}


LISTS: dict[str, dict[str, Any]] = {
    "list_lists": {"200": _page(LIST)},
    "create_list": {"201": LIST},
    "get_list": {"200": LIST},
    "change_list": {"200": {**LIST, "archived": True}},
    "list_members": {"200": _page(MEMBER)},
    "get_member": {"200": MEMBER},
    "put_member": {"200": {**MEMBER, "changed": True}},
    "change_members": {"200": _BULK},
}
"""Operation → status → a body."""

LIST_DETAILS: dict[str, str] = {
    "list_opted_out": "Nothing was changed. The contact opted out of this list. Bring it back with the contact's later"
    " consent.",
    "list_blocked": "Nothing was changed. The contact is blocked on this list. Unblock first.",
    "list_archived": "Nothing was changed. This list is archived. Restore it first.",
    "shared_address": "Nothing was changed. Another contact at this address opted out of the list too, so the address"
    " stays opted out.",
    "newer_opt_out": "Nothing was changed. This address opted out after the consent was given, so it stays opted out.",
    "no_paired_list": "This list has no paired opt-out list. Choose one on the list's page, or remove without it.",
}
"""Code → what its problem says."""
