"""Why something was refused or kept on a list, by its stable code, as staff and integrations read it."""

from __future__ import annotations

REFUSALS: dict[str, str] = {
    "unknown_contact": "Nobody has this contact id, or the contact was deleted. Search for the person again.",
    "list_archived": "This list is archived. Restore it first.",
    "list_opted_out": "The contact opted out of this list. Bring it back with the contact's later consent.",
    "list_blocked": "The contact is blocked on this list. Unblock first.",
    "later_consent_required": (
        "Record the contact's later consent: when it was given (after the opt-out, not in the future), how, and its "
        "words."
    ),
    "shared_address": "Another contact at this address opted out of the list too, so the address stays opted out.",
    "newer_opt_out": "This address opted out after the consent was given, so it stays opted out.",
    "newer_consent": "The contact consented to this list after that, so the older opt-out changes nothing.",
    "not_a_member": "The contact is not on this list, so there is nothing to remove.",
    "not_opted_out": "The contact did not opt out of this list. Add it instead.",
}


def refusal(code: str) -> str:
    """Return the sentence for a code. Raises: KeyError for an unknown one."""
    return REFUSALS[code]
