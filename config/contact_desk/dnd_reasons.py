"""Every reason that stands for a contact, as the panel tells it: since when, until when, by whom, and what ends it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from config.contact_desk import dates
from config.contact_desk.clearing import Needs, needs
from config.contact_desk.fingerprint import every_reason
from config.contact_desk.people import names_of
from consent.rules import lift_routes
from consent.selectors.dnd import ContactDnd, StandingReason
from consent.selectors.remarks import Remark, remarks_on
from consent.vocabulary import Covers, LiftRoute, Reason
from contacts.vocabulary import ActorKind

if TYPE_CHECKING:
    from config.contact_desk.dnd_controls import Control


@dataclass(frozen=True, slots=True)
class ReasonView:
    """One reason. `way_out` says what ends it where staff can't; `clear` is there where this person can."""

    id: int
    reason: Reason
    text: str
    is_permanent: bool
    until: str
    who: str
    note: str
    address: str
    passes: str
    way_out: str
    needs: Needs
    evidence_url: str = ""
    review_url: str = ""
    clear: Control | None = None


def gather_reasons(
    dnd: ContactDnd, *, held: Collection[int], may_file: bool, may_review: bool
) -> dict[int, ReasonView]:
    """Return the view of each reason by the id of its suppression, in two queries.

    Shape: `held` are the ids of the addresses that the contact has now.
    """
    standing = every_reason(dnd)
    remarks = remarks_on([each.suppression.id for each in standing])
    names = names_of(remark.set_by for remark in remarks.values())
    evidence = _evidence_url(dnd.contact_id) if may_file else ""
    return {
        each.suppression.id: _view(
            each,
            remarks[each.suppression.id],
            names=names,
            held=held,
            blocked=dnd.blocked,
            evidence=evidence,
            may_review=may_review,
        )
        for each in standing
    }


def _view(
    each: StandingReason,
    remark: Remark,
    *,
    names: dict[str, str],
    held: Collection[int],
    blocked: bool,
    evidence: str,
    may_review: bool,
) -> ReasonView:
    row = each.suppression
    wanted = needs(row, blocked=blocked)
    routes = lift_routes(row)
    by_review = may_review and LiftRoute.REVIEWER in routes
    return ReasonView(
        id=row.id,
        reason=row.reason,
        text=each.text,
        is_permanent=each.is_permanent,
        until=dates.until(row.expires_at) if row.expires_at else "",
        who=names[remark.set_by] if _is_person(remark.set_by) else "",
        note=remark.note,
        address=remark.address if row.address_id is not None and row.address_id not in held else "",
        passes="Transactional messages pass." if row.covers is Covers.NON_TRANSACTIONAL else "",
        way_out=_way_out(each, wanted),
        needs=wanted,
        evidence_url=f"{evidence}?channel={row.channel}" if evidence and LiftRoute.APPROVED_EVIDENCE in routes else "",
        review_url=reverse("admin:review_case", args=[row.id]) if by_review else "",
    )


def _is_person(ref: str) -> bool:
    return ref.startswith((f"{ActorKind.USER}:", f"{ActorKind.INTEGRATION}:"))


def _way_out(each: StandingReason, wanted: Needs) -> str:
    """Return the sentence that goes with what staff can't simply clear."""
    match wanted:
        case Needs.NOTHING:
            return ""
        case Needs.UNBLOCK:
            return "Ends when you unblock the contact."
        case Needs.UNBLOCK_FIRST:
            return "Came with the block. Unblock first; it can be cleared when the contact asks."
        case Needs.NOTE:
            return "Came with a block. Clear it when the contact asks, and note when and how."
        case _:
            return each.how_it_lifts


def _evidence_url(contact_id: int) -> str:
    """Return the page where evidence is filed."""
    return reverse("admin:consent_evidence_file", args=[contact_id])
