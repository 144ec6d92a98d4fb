"""Examples for the OpenAPI document: what a successful answer looks like, and how each "no" reads."""

from __future__ import annotations

from typing import Any

from config.api.examples_evidence import EVIDENCE
from config.api.examples_lists import LIST_DETAILS, LISTS

CONTACT_ID = "5f0c2a52-6b0e-4c57-9f0e-1d2c3b4a5968"

CONTACT: dict[str, Any] = {
    "id": CONTACT_ID,
    "first_name": "Ada",
    "last_name": "Lovelace",
    "company": "",
    "owner": None,
    "notes": "",
    "language": "en",
    "time_zone": "America/New_York",
    "addresses": [
        {
            "id": "0b1f6d1e-52f5-4c13-8c5e-6a0f1d1c7d11",
            "kind": "phone",
            "value": "+15035550101",
            "shown": "+1 503-555-0101",
            "primary": True,
        }
    ],
    "dnd_status": "partial",
    "blocked": False,
    "created_at": "2026-10-01T09:00:00Z",
    "updated_at": "2026-10-02T14:11:09Z",
}

OPT_OUT: dict[str, Any] = {
    "code": "opt_out",
    "kind": "permanent",
    "channel": "sms",
    "since": "2026-10-02T14:11:09Z",
    "expires_at": None,
    "text": "Texted STOP on 2 Oct 2026",
    "lifted_by": ["contact_opt_in", "approved_evidence"],
    "rule": "R01",
}

_OPEN: dict[str, Any] = {"status": "off", "connected": True, "reasons": []}

DND: dict[str, Any] = {
    "contact": CONTACT_ID,
    "status": "partial",
    "blocked": False,
    "do_not_contact": False,
    "channels": {
        "sms": {"status": "permanent", "connected": True, "reasons": [OPT_OUT]},
        **dict.fromkeys(["call", "email", "whatsapp", "facebook", "gmb"], _OPEN),
    },
    "inbound": {"sms": _OPEN, "call": _OPEN},
}
CHANGED_DND: dict[str, Any] = {**DND, "changed": True, "event": "7c9e6679-7425-40de-944b-e07fc1f90ae7"}

ENTRY: dict[str, Any] = {
    "id": "c56a4180-65aa-42ec-a945-5fd21dec0538",
    "event": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "kind": "text_opt_out",
    "effect": "set",
    "code": "",
    "rule": "R01",
    "channel": "sms",
    "direction": "outbound",
    "reason": "opt_out",
    "suppression_kind": "permanent",
    "lifted_by": None,
    "contact": CONTACT_ID,
    "address": "+15035550101",
    "list": None,
    "source": "contact",
    "actor": "contact",
    "detail": "STOP",
    "occurred_at": "2026-10-02T14:11:09Z",
    "recorded_at": "2026-10-02T14:11:10Z",
}


def page(*rows: dict[str, Any]) -> dict[str, Any]:
    """Return the only page of a list."""
    return {"next": None, "previous": None, "results": list(rows)}


ANSWERS: dict[str, dict[str, Any]] = {
    "list_contacts": {"200": page(CONTACT)},
    "create_contact": {"200": CONTACT, "201": CONTACT},
    "get_contact": {"200": CONTACT},
    "change_contact": {"200": CONTACT},
    "get_dnd": {"200": DND},
    "put_dnd": {"200": CHANGED_DND},
    "put_do_not_contact": {"200": CHANGED_DND},
    "put_block": {"200": CHANGED_DND},
    "get_timeline": {"200": page(ENTRY)},
    **LISTS,
    **EVIDENCE,
    "merge_contacts": {
        "200": {
            "preview": False,
            "contact": CONTACT,
            "absorbed": "0b4c3f6e-5d0e-4c57-9f0e-1d2c3b4a5968",
            "consequences": [{"fate": "moved", "what": "+1 503-555-0102", "count": 1, "why": ""}],
        }
    },
}
"""Operation → status → a body. An operation may bring examples of its own instead."""

DETAILS: dict[str, str] = {
    **LIST_DETAILS,
    "unable_to_merge": "This is one contact. Choose another one to merge with.",
    "malformed": "The body is not JSON: Expecting value: line 1 column 1 (char 0).",
    "key_in_query": "Send the key in the Authorization header: “Authorization: Bearer <key>”. Addresses are written to"
    " logs; if this was a real key, rotate it.",
    "not_authenticated": "Send your key as “Authorization: Bearer <key>”, or log in.",
    "invalid_key": "This key is not known. Check that it was copied whole.",
    "revoked_key": "This key was revoked. Ask for a new one.",
    "expired_key": "This key has expired. Ask for a new one.",
    "rotated_key": "This key was replaced by a newer one. Use that.",
    "missing_scope": "This needs the scope “dnd:write”. Ask for it to be added to the key.",
    "missing_permission": "This needs “consent.view_suppression”. Ask whoever runs the site for it.",
    "csrf_failed": "CSRF Failed: CSRF token missing. Send the X-CSRFToken header, or use a key.",
    "not_found": "There is no contact with this id, or it was deleted. Look it up under contacts/.",
    "not_acceptable": "Accept application/json.",
    "precondition_failed": "Somebody changed it after you read it. Read it again, and send the new ETag as If-Match.",
    "too_large": "A body may have 1000000 bytes here. Send it in several calls.",
    "too_many_subjects": "10001 subjects; a call takes 10000. Ask in several calls.",
    "unsupported_media_type": "Send the body as application/json.",
    "invalid": "chanel: There is no such field. Known are: addresses, at, channel, contacts, list, purpose.",
    "idempotency_key_reused": "This key came with another request before. Send the same again, or choose a new key.",
    "too_many_requests": "This key may call 600 times a minute. Wait 17 seconds.",
    "internal_error": "The request failed here, and nothing was changed. Try again later.",
    "database_unavailable": "The database did not answer, and nothing was changed. Try again in a moment.",
    "too_many_endpoints": "There are 20 endpoints already. Delete one, or change it.",
    "ambiguous_address": "Nothing was changed. Several contacts hold these addresses. Change the one that is meant:"
    " PATCH contacts/{id}/, or merge them.",
    "permanent_dnd": "Nothing was changed. Texted STOP on 2 Oct 2026. This is permanent: only the contact's own opt-in,"
    " or approved evidence of one, ends it.",
}
"""Code → what a problem says, in one case of many."""

MORE: dict[str, dict[str, Any]] = {
    "invalid": {
        "errors": [
            {
                "field": "chanel",
                "code": "unknown_field",
                "detail": "There is no such field. Known are: addresses, at, channel, contacts, list, purpose.",
            }
        ]
    },
    "permanent_dnd": {
        "errors": [{"field": "sms", "code": "permanent_dnd", "detail": "Texted STOP on 2 Oct 2026."}],
        "reasons": [OPT_OUT],
    },
    "ambiguous_address": {"contacts": [CONTACT_ID, "0d9f3f0e-3c55-4b5e-9f2f-6a3c1f0b7e21"]},
}
"""Code → what a problem carries beside the members that all have."""
