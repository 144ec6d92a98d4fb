"""The Timeline tab: the ledger of one contact as sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from config.contact_desk import dates, widgets
from config.contact_desk.page import show
from config.contact_desk.people import names_of
from config.contact_desk.shell import for_contact
from config.contact_desk.timeline_words import Subject, effect_of, title_of
from consent.selectors.timeline import TimelineEvent, TimelineLine, TimelinePage, newest_change, timeline
from consent.vocabulary import CHANNELS, Channel, Effect, EventKind, Source
from contacts.models import Address, Contact
from contacts.vocabulary import Word
from lists.models import ContactList


class About(Word):
    """What to look at in a long timeline."""

    EVERYTHING = "", "Everything"
    CONTACT = "contact", "What the contact did"
    STAFF = "staff", "What staff did"
    PROVIDER = "provider", "What providers told us"
    LISTS = "lists", "Lists"
    REFUSED = "refused", "What was refused"


_STAFF_FROM, _STAFF_TO = EventKind.STAFF_OPT_OUT, EventKind.NUMBER_CORRECTED


def _kinds(about: About) -> frozenset[EventKind]:
    """Return the kinds of event that a choice means; empty for every one."""
    kinds = list(EventKind)
    lists = {kind for kind in kinds if kind.startswith("list_")}
    staff = set(kinds[kinds.index(_STAFF_FROM) : kinds.index(_STAFF_TO) + 1])
    staff |= {EventKind.CONSENT_RECORDED, EventKind.OPT_OUT_REQUESTED, EventKind.OPT_OUT_REQUEST_CLOSED}
    provider = {
        EventKind.PROVIDER_OPT_OUT,
        EventKind.CARRIER_BLOCK,
        EventKind.HANDSET_UNREACHABLE,
        EventKind.NUMBER_UNKNOWN,
        EventKind.NUMBER_LANDLINE,
        EventKind.STATUS_OTHER,
        EventKind.EMAIL_BOUNCE,
        EventKind.EMAIL_SOFT_BOUNCE,
        EventKind.EMAIL_BOUNCES_PERSIST,
        EventKind.EMAIL_FAILURE_OTHER,
        EventKind.EMAIL_DELIVERED,
    }
    own = set(kinds[: kinds.index(_STAFF_FROM)]) - provider
    return frozenset(
        {About.LISTS: lists, About.STAFF: staff, About.PROVIDER: provider, About.CONTACT: own}.get(about, ())
    )


class TimelineFilter(forms.Form):
    """Narrows the timeline down. A choice that nobody has is no filter."""

    about = forms.ChoiceField(label="Show", choices=About.choices(), required=False, widget=widgets.select())
    channel = forms.ChoiceField(
        label="Channel",
        choices=[("", "Every channel"), *((each.value, each.label) for each in CHANNELS)],
        required=False,
        widget=widgets.select(),
    )
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class EventView:
    """One event as the page tells it."""

    when: str
    learnt: str
    title: str
    who: str
    icon: str
    tone: str
    effects: tuple[tuple[str, str], ...]
    message: str | None
    note: str


@for_contact("contacts.view_contact")
def view(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Show a page of the timeline, to whoever may read this contact's ledger."""
    if not may_read(request, contact):
        return show(request, contact, tab="timeline", template="timeline.html", refused=True, status=403)
    filters = TimelineFilter(request.GET)
    filters.is_valid()
    page = _page(contact, filters.cleaned_data)
    events, older = views_of(page.events, contact), _older(request, page.older_than)
    return show(request, contact, tab="timeline", template="timeline.html", filters=filters, events=events, older=older)


def _page(contact: Contact, chosen: dict[str, Any]) -> TimelinePage:
    about, channel = About(chosen.get("about", "")), chosen.get("channel")
    return timeline(
        contact.pk,
        older_than=chosen.get("before"),
        channels=[Channel(channel)] if channel else (),
        kinds=_kinds(about),
        effects=[Effect.REFUSED] if about is About.REFUSED else (),
    )


def may_read(request: HttpRequest, contact: Contact) -> bool:
    """Return whether this user may read the contact's ledger: everybody's, or one's own contacts' alone."""
    if request.user.has_perm("consent.view_ledgerentry"):
        return True
    own = contact.owner_id is None or contact.owner_id == request.user.pk
    return own and request.user.has_perm("consent.view_own_ledgerentry")


def _older(request: HttpRequest, older_than: int | None) -> str:
    if older_than is None:
        return ""
    query = request.GET.copy()
    query["before"] = str(older_than)
    return f"?{query.urlencode()}"


def views_of(events: Sequence[TimelineEvent], contact: Contact) -> list[EventView]:
    """Return the events with the names of people, lists and addresses, in three queries."""
    names = names_of(event.actor for event in events)
    lines = [line for event in events for line in event.lines]
    lists = dict(ContactList.objects.filter(id__in={line.list_id for line in lines}).values_list("id", "name"))
    shown = Address.objects.filter(id__in={line.address_id for line in lines if line.address_id})
    addresses = dict(shown.values_list("id", "shown"))
    subject = Subject(contact_id=contact.pk, lists=lists, addresses=addresses)
    return [_view(event, names, subject) for event in events]


def _view(event: TimelineEvent, names: Mapping[str, str], subject: Subject) -> EventView:
    late = (event.recorded_at - event.occurred_at).total_seconds() > 60
    told = dict.fromkeys((effect_of(line, subject), _tone(line)) for line in event.lines)
    return EventView(
        when=dates.at_time(event.occurred_at),
        learnt=dates.at_time(event.recorded_at) if late else "",
        title=title_of(event, subject),
        who=names[event.actor] if event.source is not Source.CONTACT else "",
        icon=_ICONS[event.source],
        tone=min((tone for _, tone in told), key=_ORDER.index, default="plain"),
        effects=tuple(effect for effect in told if effect[0]),
        message=event.message,
        note=event.note,
    )


_ICONS = {
    Source.CONTACT: "person",
    Source.PROVIDER: "cell_tower",
    Source.STAFF: "support_agent",
    Source.API: "webhook",
    Source.IMPORT: "upload_file",
    Source.WORKFLOW: "account_tree",
    Source.SYSTEM: "schedule",
}
_TONES = {
    Effect.SET: "silenced",
    Effect.STRENGTHENED: "silenced",
    Effect.LIFTED: "lifted",
    Effect.REFUSED: "refused",
}
_ORDER = ("silenced", "refused", "lifted", "plain")


def _tone(line: TimelineLine) -> str:
    return "plain" if line.list_id else _TONES.get(line.effect, "plain")


def meanwhile(contact_id: int) -> str:
    """Return who changed this contact's DND last, for whoever saved too late."""
    last = newest_change(contact_id)
    if last is None:
        return "This contact's DND changed after you opened the page. This is the newer state."
    name = names_of([last.actor])[last.actor]
    return (
        f"After you opened the page, {name} changed this contact's DND"
        f" ({last.kind.label.lower()}, {dates.at_time(last.recorded_at)}). This is the newer state."
    )
