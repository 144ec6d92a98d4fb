"""Examples for the OpenAPI document: suppressions, evidence and merging."""

from __future__ import annotations

from typing import Any

_CONTACT = "5f0c2a52-6b0e-4c57-9f0e-1d2c3b4a5968"

_SUPPRESSION: dict[str, Any] = {
    "id": "2f1d7d1e-52f5-4c13-8c5e-6a0f1d1c7d11",
    "contact": _CONTACT,
    "address": "+15035550101",
    "address_kind": "phone",
    "channel": "sms",
    "direction": "outbound",
    "reason": "opt_out",
    "kind": "permanent",
    "covers": "everything",
    "rule": "R01",
    "detail": "STOP",
    "source": "contact",
    "note": "",
    "since": "2026-10-02T14:11:09Z",
    "recorded_at": "2026-10-02T14:11:10Z",
    "expires_at": None,
    "active": True,
    "lifted_at": None,
    "lifted_by": ["contact_opt_in", "approved_evidence"],
}
_IMPORTED: dict[str, Any] = {
    "changed": 1,
    "effects": {"set": 1, "refused": 1},
    "results": [
        {
            "address": "ada@example.com",
            "channel": "email",
            "effect": "set",
            "reason": "spam_complaint",
            "kind": "permanent",
            "field": "",
            "code": "",
            "text": "",
        },
        {
            "address": "5550101",
            "channel": "fax",
            "effect": "refused",
            "reason": None,
            "kind": None,
            "field": "channel",
            "code": "invalid_choice",
            "text": "Give one of sms, call, email, whatsapp, facebook, gmb, all.",
        },
    ],
}
_EVIDENCE: dict[str, Any] = {
    "id": "9b2f6d1e-52f5-4c13-8c5e-6a0f1d1c7d11",
    "contact": _CONTACT,
    "address": "+15035550101",
    "channels": ["sms"],
    "method": "web_form",
    "wording": "Yes, text me offers again.",
    "consent_given_at": "2026-11-20T10:00:00Z",
    "where_given": "https://shop.example.com/account, 192.0.2.7",
    "note": "",
    "file_name": "form.pdf",
    "file_type": "application/pdf",
    "file_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "status": "pending",
    "submitted_by": "alex",
    "submitted_with": "Shop",
    "submitted_at": "2026-11-20T11:00:00Z",
    "reviewed_by": None,
    "reviewed_with": None,
    "reviewed_at": None,
    "review_reason": "",
}
_EFFECT: dict[str, Any] = {
    "effect": "lifted",
    "channel": "sms",
    "reason": "opt_out",
    "kind": "permanent",
    "code": "",
    "text": "",
}
_REVIEW: dict[str, Any] = {
    "reviewed_by": "sam",
    "reviewed_at": "2026-11-21T09:00:00Z",
    "review_reason": "Form and IP address match the shop's log.",
}

EVIDENCE: dict[str, dict[str, Any]] = {
    "list_suppressions": {"200": {"next": None, "previous": None, "results": [_SUPPRESSION]}},
    "import_suppressions": {"200": _IMPORTED},
    "list_evidence": {"200": {"next": None, "previous": None, "results": [_EVIDENCE]}},
    "file_evidence": {"201": _EVIDENCE},
    "get_evidence": {"200": {**_EVIDENCE, "effects": [_EFFECT]}},
    "approve_evidence": {"200": {**_EVIDENCE, **_REVIEW, "status": "approved", "effects": [_EFFECT]}},
    "reject_evidence": {"200": {**_EVIDENCE, **_REVIEW, "status": "rejected", "effects": []}},
}
"""Operation → status → a body."""
