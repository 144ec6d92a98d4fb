"""Facts about consent as sentences that staff, integrations and regulators read.

One place, so that a refusal reads the same on the contact page, in the API and in the ledger. Dates are
given in the time zone that the caller names.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, tzinfo
from functools import lru_cache

from consent.rules import lift_routes, rule_of
from consent.values import ActiveSuppression
from consent.vocabulary import Channel, EventKind, LiftRoute, Purpose, Reason, Source


def why(row: ActiveSuppression, *, tz: tzinfo) -> str:
    """Return why this suppression stands: "Texted STOP on 2 Oct 2026"."""
    return f"{_act(row)} on {day(row.since, tz=tz)}"


def _act(row: ActiveSuppression) -> str:
    told = f" “{row.detail}”" if row.detail else ""
    somebody = "an integration" if row.source is Source.API else "staff"
    code = f" (code {row.detail})" if row.detail else ""
    match row.set_kind:
        case EventKind.TEXT_OPT_OUT:
            return f"{_wrote(row.channel)} {row.detail.upper() or 'an opt-out'}"
        case EventKind.TEXT_AMBIGUOUS:
            # The word that matched, which may be spelt otherwise in the message itself.
            like = f" like{told}" if told else ""
            return f"{_wrote(row.channel)} something{like} that may be an opt-out"
        case EventKind.HOLD_CONFIRMED:
            return "Held message counted as an opt-out"
        case EventKind.PROVIDER_OPT_OUT:
            return f"Opted out at the provider{_code_of(row)}"
        case EventKind.STAFF_OPT_OUT:
            return f"Asked us to stop, recorded by {somebody}"
        case EventKind.BLOCK if row.reason is Reason.MANUAL:
            return "Opted out with the block"
        case EventKind.DND_ON | EventKind.INBOUND_DND_ON:
            return "Switched on by staff"
        case EventKind.API_DND_ON:
            return "Switched on by a workflow" if row.source is Source.WORKFLOW else "Switched on by an integration"
        case EventKind.DO_NOT_CONTACT_ON:
            return f"Do Not Contact switched on by {somebody}"
        case EventKind.IMPORT_SUPPRESSION:
            return f"Imported: {row.reason.label.lower()}"
        case EventKind.EMAIL_BOUNCE | EventKind.CARRIER_BLOCK | EventKind.APP_OPT_OUT:
            return f"{row.set_kind.label}{code}"
        case EventKind.HANDSET_UNREACHABLE | EventKind.NUMBER_UNKNOWN | EventKind.NUMBER_LANDLINE:
            return f"{row.set_kind.label}{code}"
        case _:
            return row.set_kind.label


def _code_of(row: ActiveSuppression) -> str:
    if not row.detail:
        return ""
    return f" (code {row.detail})" if row.detail.isdigit() else f" with {row.detail.upper()}"


def _wrote(channel: Channel) -> str:
    return "Texted" if channel is Channel.SMS else "Wrote"


def how_it_lifts(row: ActiveSuppression) -> str:
    """Return what would end this suppression, as one sentence for staff."""
    routes = lift_routes(row)
    ways = [_WAYS[route](row) for route in _WAYS if route in routes]
    if not ways:
        return "Nothing lifts it."
    listed = ways[0] if len(ways) == 1 else f"{', '.join(ways[:-1])}, or {ways[-1]}"
    note = rule_of(row.rule).lift_note
    return f"Lifts {listed}." + (f" {note}" if note else "")


def _start(row: ActiveSuppression) -> str:
    if row.channel is Channel.WHATSAPP or row.channel is Channel.FACEBOOK:
        return f"when the contact writes START on {row.channel.label}"
    if row.channel is Channel.SMS:
        return "when the contact texts START"
    return "when the contact opts in there"


_WAYS: dict[LiftRoute, Callable[[ActiveSuppression], str]] = {
    LiftRoute.CONTACT_OPT_IN: _start,
    LiftRoute.PREFERENCE_PAGE: lambda row: "when the contact comes back on the preference page",
    LiftRoute.STAFF: lambda row: "when staff unblock" if row.reason is Reason.BLOCKED else "when staff clear it",
    LiftRoute.APPROVED_EVIDENCE: lambda row: "with approved opt-in evidence",
    LiftRoute.NUMBER_CORRECTED: lambda row: "when support corrects the number",
    LiftRoute.REVIEWER: lambda row: (
        f"when a reviewer finds that it was {'no opt-out' if row.reason is Reason.REVIEW_HOLD else 'misread'}"
    ),
}


def no_consent(channel: Channel, ran_out_at: datetime | None, *, tz: tzinfo) -> str:
    """Return why marketing on a channel is refused without consent on file, and what would help."""
    state = "is on file" if ran_out_at is None else f"is on file since {day(ran_out_at, tz=tz)}, when the last ran out"
    help_ = "Ask the contact, and record the consent"
    if channel in {Channel.SMS, Channel.WHATSAPP, Channel.FACEBOOK}:
        help_ += ", or wait for their START there"
    return f"No consent to marketing by {channel.label} at this address {state}. {help_}."


def asked(channel: Channel, purpose: Purpose, list_slug: str = "") -> str:
    """Return the question that the gate was asked."""
    via = f", for the list “{list_slug}”" if list_slug else ""
    return f"May we use {channel.label} for {_PURPOSES[purpose]}{via}?"


_PURPOSES = {
    Purpose.MARKETING: "marketing",
    Purpose.CONVERSATIONAL: "a conversation",
    Purpose.TRANSACTIONAL: "a transactional message",
}

WHY_NOT: dict[str, str] = {
    "unknown_contact": "Nobody had this contact id",
    "erased": "This person's data was erased",
    "invalid_address": "What was asked about is no address for the channel",
    "no_address": "No address for the channel",
    "channel_disconnected": "The channel was not connected",
    "no_consent": "No consent to marketing was on file",
    "unknown_list": "There was no such list",
    "list_blocked": "Blocked on the list",
    "list_opted_out": "Opted out of the list",
    "list_removed": "Removed from the list",
    "not_a_member": "Not on the list",
    "blocked_contact": "Blocked",
}
"""Why the gate said no, in the words of its record, for codes that are no suppression's reason."""


def was_refused(code: str, row: ActiveSuppression | None, *, tz: tzinfo) -> str:
    """Return a recorded reason in words: "Opt-out since 2 Oct 2026". It names what never changes of a suppression."""
    told = WHY_NOT.get(code) or (Reason(code).label if code in set(Reason) else code.replace("_", " ").capitalize())
    return f"{told} since {day(row.since, tz=tz)}" if row is not None else told


REFUSALS: dict[str, str] = {
    "permanent_dnd": "This DND is permanent: staff can't lift it. {how}",
    "review_pending": "A reviewer decides about the held message. {how}",
    "blocked_contact": "The contact is blocked. Unblock first.",
    "note_required": "This opt-out came with a block. Note when and how the contact asked to be texted again.",
    "attestation_required": (
        "State that the provider's suppression entry is removed and that the address was validated."
    ),
    "later_consent_required": (
        "Record the contact's later consent: when it was given (after the unsubscribe), how, and its words."
    ),
    "refused_together": "Not lifted, because another reason on the same request was refused.",
    "not_by_contact": "The contact's message does not end this. {how}",
    "not_by_evidence": "Opt-in evidence does not end this. {how}",
    "not_by_this_route": "This does not end it. {how}",
    "provider_still_blocks": "The provider itself still blocks. {how}",
    "shared_address": "Several contacts share this address, so it stays for those it names.",
    "other_address": "It stands for another address.",
    "newer_opt_out": "A newer opt-out stands.",
    "provider_refused": "The provider did not accept the consent, so its own block stays.",
    "reviewer_unknown": (
        "Nobody who may review evidence answers for this integration. Name such a person as the owner of its key."
    ),
    "own_evidence": "You filed this evidence yourself. Someone else must review it.",
    "already_reviewed": "This evidence was reviewed before, or has expired.",
    "said_again": "Somebody said so again since, so it stays.",
    "came_back": "The contact opted in since, so it is not set again.",
    "ran_out": "It would have run out since, so it is not set again.",
}
"""Why something was refused or kept, by its stable code."""


def refusal(code: str, row: ActiveSuppression | None = None) -> str:
    """Return the sentence for a refusal code. Raises: KeyError for an unknown one."""
    return REFUSALS[code].format(how=how_it_lifts(row) if row is not None else "").strip()


def day(moment: datetime, *, tz: tzinfo) -> str:
    """Return a date as staff read it: "2 Oct 2026"."""
    return _written(moment.astimezone(tz).date())


@lru_cache(maxsize=4096)
def _written(local: date) -> str:
    return f"{local.day} {local:%b %Y}"
