"""What the page of one claim puts side by side: the claim and its proof, and what stands and happened."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from consent.admin import links
from consent.admin.evidence_forms import ReviewForm
from consent.file_types import PDF
from consent.models import Evidence, ProviderReconsent
from consent.registry import registry
from consent.selectors import evidence as selectors
from consent.selectors.dnd import ContactDnd, StandingReason, contact_dnd
from consent.services import evidence as verbs
from consent.services import evidence_pictures, reconsent
from consent.values import Outcome
from consent.vocabulary import Channel, Effect


def told(request: HttpRequest, claim: Evidence, *, may_review: bool) -> dict[str, Any]:
    """Return what the page of a claim prints for this user."""
    pending, own = selectors.is_pending(claim), selectors.is_own(claim, user_id=request.user.pk)
    dnd = contact_dnd(claim.contact_id)
    return {
        "claim": claim,
        "shown_as": _shown_as(claim),
        "words": evidence_pictures.words_of_text(claim),
        "review_form": ReviewForm(),
        "can_review": pending and may_review and not own,
        "reconsents": [answer(each) for each in selectors.reconsents(claim)],
        "may_tell_provider": selectors.provider_blocks(claim) and not claim.provider_reconsent,
        "provider_set_up": reconsent.is_set_up(),
        "is_own": pending and own,
        "is_pending": pending,
        "outcomes": [_line(each) for each in verbs.preview(evidence=claim, at=timezone.now())] if pending else [],
        "dnd_status": dnd.status.label,
        "standing": _standing(dnd),
        "story": SafeString(registry.story(request, claim.contact, [Channel(each) for each in claim.channels])),
    }


def _shown_as(claim: Evidence) -> str:
    """Return how a browser may show the proof: pictures and sounds it plays itself, a PDF is drawn here."""
    if claim.file_type == PDF.content_type:
        return "pages"
    family = claim.file_type.partition("/")[0]
    return {"image": "picture", "audio": "sound", "text": "words"}.get(family, "")


def _standing(dnd: ContactDnd) -> list[dict[str, str]]:
    """Return what stands for the contact on every channel, a line for each reason."""
    lines = [_reason("All channels", each) for each in dnd.everywhere]
    for row in (*dnd.channels, *dnd.inbound):
        inbound = " from the contact" if row in dnd.inbound else ""
        lines += [_reason(f"{row.channel.label}{inbound}", each) for each in row.reasons]
    return lines


def _reason(where: str, each: StandingReason) -> dict[str, str]:
    kind = links.kind(each.suppression.kind)
    return {"where": where, "kind": kind, "text": each.text, "how_it_lifts": each.how_it_lifts}


def _line(outcome: Outcome) -> dict[str, str]:
    """Return one line of the preview: what it is about, and whether it ends or stays, and why."""
    lifts = outcome.effect is Effect.LIFTED
    return {
        "reason": outcome.reason.label if outcome.reason else "Nothing stands on this channel",
        "channel": outcome.channel.label,
        "mark": links.mark("Lifted" if lifts else "Stays", "good" if lifts else "wait") if outcome.reason else "",
        "why": links.refusal(outcome.code) if outcome.code else "",
    }


def answer(told: ProviderReconsent) -> dict[str, str]:
    """Return what the provider answered."""
    text = "Twilio accepted the consent." if told.accepted else f"Twilio did not accept it ({told.error_code})."
    return {"text": text, "when": links.moment(told.asked_at)}
