"""The Decisions tab: what was asked about one contact, by whom, and what the gate answered."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse

from config.contact_desk import dates
from config.contact_desk.page import show
from config.contact_desk.people import names_of
from config.contact_desk.shell import for_contact
from config.contact_desk.timeline_tab import may_read
from consent import sentences
from consent.selectors.business import time_zone
from consent.selectors.recorded import RecordedAnswer, about_contact
from contacts.models import Address, Contact
from contacts.selectors import addresses_of


class PageForm(forms.Form):
    """Which page. A number that is none means the newest."""

    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One answer as the page tells it. `about` is empty where the question was about its own moment."""

    when: str
    about: str
    asked: str
    address: str
    who: str
    allowed: bool
    why: tuple[str, ...]
    together: int


@for_contact("contacts.view_contact")
def view(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Show a page of the decisions, to whoever may read this contact's ledger."""
    if not may_read(request, contact):
        return show(request, contact, tab="decisions", template="decisions.html", refused=True, status=403)
    form = PageForm(request.GET)
    form.is_valid()
    held = addresses_of(contact.pk)
    page = about_contact(contact.pk, address_ids=[each.id for each in held], older_than=form.cleaned_data.get("before"))
    older = f"?before={page.older_than}" if page.older_than else ""
    views = _views(page.answers)
    return show(
        request, contact, tab="decisions", template="decisions.html", addresses=held, answers=views, older=older
    )


def _views(answers: tuple[RecordedAnswer, ...]) -> list[AnswerView]:
    """Return the answers with the names of who asked and the addresses, in two queries."""
    names = names_of(answer.actor for answer in answers)
    shown = dict(Address.objects.filter(pk__in={each.address_id or 0 for each in answers}).values_list("id", "shown"))
    return [
        AnswerView(
            when=dates.at_time(answer.answered_at),
            about=dates.at_time(answer.about_at) if answer.about_at else "",
            asked=sentences.asked(answer.channel, answer.purpose, answer.list_slug),
            address=shown.get(answer.address_id or 0, ""),
            who=names[answer.actor],
            allowed=answer.allowed,
            why=tuple(sentences.was_refused(each.code, each.suppression, tz=time_zone()) for each in answer.reasons),
            together=answer.asked_together - 1,
        )
        for answer in answers
    ]
