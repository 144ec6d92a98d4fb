"""Contradictions: the screen on which records that don't fit together are shown, each with what would help."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.contrib import admin
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from config.desk import conflicts
from config.desk.conflicts import HELPS, MOST_COUNTED, PAGE, Conflict
from consent import sentences
from consent.admin import consent_words, links
from consent.models import ConsentRecord, Evidence
from consent.selectors import active_suppressions
from consent.selectors.business import time_zone
from consent.selectors.consents import valid_at
from consent.selectors.people import names
from consent.values import ActiveSuppression
from consent.vocabulary import Direction, Kind, Reason

COUNTED_FOR_SECONDS = 300
"""How long the Desk shows a count before it is taken again."""
_CACHE_KEY = "contradictions"


def view(request: HttpRequest) -> HttpResponse:
    """Show one sort of contradiction, a page at a time."""
    if not request.user.has_perm("consent.view_suppression"):
        raise PermissionDenied
    now = timezone.now()
    asked = request.GET.get("kind", "")
    conflict = Conflict(asked) if asked in set(Conflict) else Conflict.LIST_AND_DND
    after = request.GET.get("after", "")
    found = conflicts.concerned(
        conflict, now=now, after=int(after) if after.isdecimal() and len(after) < 19 else 0, limit=PAGE + 1
    )
    page, more = found[:PAGE], len(found) > PAGE
    known = names(contact_ids=page)
    told = _TELL[conflict](page, now)
    context = {
        **admin.site.each_context(request),
        "title": "Contradictions",
        "kinds": [
            {"key": each.value, "title": each.label, "count": shown(n), "is_open": each is conflict}
            for each, n in counts(now=now, fresh=conflict).items()
        ],
        "conflict": conflict,
        "help": HELPS[conflict],
        "rows": [
            {"who": links.contact(pk, known.contacts.get(pk, f"Contact {pk}")), "yes": told[pk][0], "no": told[pk][1]}
            for pk in page
        ],
        "next": page[-1] if more else None,
    }
    return TemplateResponse(request, "admin/desk/contradictions.html", context)


def counts(*, now: datetime, fresh: Conflict | None = None) -> dict[Conflict, int]:
    """Return how many contacts are in each sort of contradiction, as counted in the last minutes.

    Shape: `fresh` is the sort that is counted anew, because its rows are shown beside the number.
    """
    known: dict[Conflict, int] | None = cache.get(_CACHE_KEY)
    if known is None:
        known = {each: conflicts.count(each, now=now) for each in Conflict}
        cache.set(_CACHE_KEY, known, COUNTED_FOR_SECONDS)
    elif fresh is not None:
        known = {**known, fresh: conflicts.count(fresh, now=now)}
    return known


def shown(number: int) -> str:
    """Return a count as it is printed; it stops at MOST_COUNTED."""
    return f"{number}+" if number >= MOST_COUNTED else str(number)


Pair = tuple[str, str]
"""What says yes, and what says no."""


def _on_lists(wanted: Callable[[ActiveSuppression], bool]) -> Callable[[Sequence[int], datetime], dict[int, Pair]]:
    def tell(ids: Sequence[int], now: datetime) -> dict[int, Pair]:
        lists, silent = conflicts.list_names_of(ids), _standing(ids, wanted)
        return {pk: (f"Subscribed to {', '.join(lists.get(pk, []))}", _join(silent[pk])) for pk in ids}

    return tell


def _shared(ids: Sequence[int], now: datetime) -> dict[int, Pair]:
    differing, tz = conflicts.differing_lists_of(ids), time_zone()
    return {
        pk: (
            f"Subscribed to {', '.join(dict.fromkeys(name for name, _, _ in differing.get(pk, [])))}",
            "; ".join(
                f"somebody at {address} opted out of {name} on {sentences.day(moment, tz=tz)}"
                for name, address, moment in differing.get(pk, [])
            ),
        )
        for pk in ids
    }


def _evidence(ids: Sequence[int], now: datetime) -> dict[int, Pair]:
    silent, tz = _standing(ids, _is_permanent), time_zone()
    filed: dict[int, list[str]] = defaultdict(list)
    rows = Evidence.objects.filter(contact_id__in=ids, status__in=["pending", "approved"]).order_by("id")
    for row in rows:
        when = sentences.day(row.consent_given_at, tz=tz)
        filed[row.contact_id].append(f"Evidence ({row.get_status_display().lower()}) of a consent of {when}")
    return {pk: ("; ".join(filed[pk]), _join(silent[pk])) for pk in ids}


def _consents(ids: Sequence[int], now: datetime) -> dict[int, Pair]:
    silent = _standing(ids, _is_permanent)
    agreed: dict[int, list[str]] = defaultdict(list)
    rows = ConsentRecord.objects.filter(valid_at(now), contact_id__in=ids).select_related("address").order_by("id")
    for row in rows:
        agreed[row.contact_id or 0].append(consent_words.agreed(row))
    return {pk: (" ".join(agreed[pk]), _join(silent[pk])) for pk in ids}


def _standing(ids: Sequence[int], wanted: Callable[[ActiveSuppression], bool]) -> dict[int, list[ActiveSuppression]]:
    found: dict[int, list[ActiveSuppression]] = defaultdict(list)
    for row in active_suppressions(contact_ids=ids):
        if row.contact_id is not None and wanted(row):
            found[row.contact_id].append(row)
    return found


def _join(rows: Iterable[ActiveSuppression]) -> str:
    tz = time_zone()
    return "; ".join(dict.fromkeys(f"{row.channel.label}: {sentences.why(row, tz=tz)}" for row in rows))


def _is_permanent(row: ActiveSuppression) -> bool:
    return row.kind is Kind.PERMANENT and row.direction is Direction.OUTBOUND


def _is_block(row: ActiveSuppression) -> bool:
    return row.reason is Reason.BLOCKED


_TELL: dict[Conflict, Callable[[Sequence[int], datetime], dict[int, Pair]]] = {
    Conflict.LIST_AND_DND: _on_lists(_is_permanent),
    Conflict.LIST_AND_BLOCK: _on_lists(_is_block),
    Conflict.SHARED_ADDRESS: _shared,
    Conflict.OLD_EVIDENCE: _evidence,
    Conflict.CONSENT_AND_DND: _consents,
}
