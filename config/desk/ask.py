"""Ask the gate: may we contact this person here, for this purpose, now or then, and if not, why not and what helps.

What staff are told is recorded, as every answer of the gate to a person or an integration is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from config.desk.ask_answers import is_same, told
from consent import selectors
from consent.admin import links
from consent.admin.actors import staff
from consent.admin.choosing import Chosen, WhoForm, choose, remember
from consent.selectors.decisions import Subject
from consent.selectors.past import MomentRefused
from consent.services.decisions import record_answers
from consent.values import GateRequest
from consent.vocabulary import CHANNELS, Channel, Purpose, Source
from lists.models import ContactList

DEFAULTS = {"channel": Channel.SMS.value, "purpose": Purpose.MARKETING.value}


class AskForm(WhoForm):
    """The question."""

    channel = forms.ChoiceField(choices=[(each.value, each.label) for each in CHANNELS], widget=UnfoldAdminSelectWidget)
    purpose = forms.ChoiceField(choices=Purpose.choices(), widget=UnfoldAdminSelectWidget)
    list = forms.ModelChoiceField(
        ContactList.objects.order_by("name"),
        to_field_name="slug",
        required=False,
        empty_label="No list",
        widget=UnfoldAdminSelectWidget,
    )

    at = forms.DateTimeField(
        label="At",
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local", "step": "1"}),
        help_text="Empty: now. A past moment is answered from what we had recorded by then.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("who") and not cleaned.get("contact"):
            self.add_error("who", "Name a contact, or type an address.")
        return cleaned


def view(request: HttpRequest) -> HttpResponse:
    """Show the question and, once it is asked, the answer."""
    if not request.user.has_perm("consent.view_suppression"):
        raise PermissionDenied
    form = AskForm({**DEFAULTS, **request.GET.dict()} if request.GET else None, initial=DEFAULTS)
    context = {**admin.site.each_context(request), "title": "Ask the gate", "form": form}
    if form.is_bound and form.is_valid():
        chosen = choose(form, channel=Channel(form.cleaned_data["channel"]))
        context |= {"chosen": chosen, **_answered(request, form, chosen)}
    return TemplateResponse(request, "consent/ask_gate.html", context)


def _answered(request: HttpRequest, form: AskForm, chosen: Chosen) -> dict[str, object]:
    given, now = form.cleaned_data, timezone.now()
    at: datetime | None = given["at"]
    again: WhoForm = form
    question = GateRequest(
        Channel(given["channel"]), Purpose(given["purpose"]), given["list"].slug if given["list"] else None
    )
    if chosen.contact is not None:
        whom, again = Subject(contact_id=chosen.contact.pk), remember(form, chosen.contact)
    elif chosen.address is not None:
        whom = Subject(address_value=chosen.address.value)
    else:
        return {}
    try:
        answer = selectors.decide(question, whom, at=at)
    except MomentRefused as refused:
        return {"form": again, "refused": _why_not(refused)}
    if request.method == "GET":
        record_answers(request=question, answers=[answer], by=staff(request), at=now, source=Source.STAFF, about_at=at)
    shown = [told(answer, at=at, contact=chosen.contact)]
    present = selectors.decide(question, whom) if at is not None else answer
    if not is_same(answer, present):
        shown.append(told(present, at=None, contact=chosen.contact, is_now=True))
    return {"form": again, "at": at, "shown": shown}


def _why_not(refused: MomentRefused) -> str:
    """Return why a moment can't be asked about, with the first one that can in the business's own time."""
    if refused.records_begin is None:
        return str(refused)
    begin = links.moment(refused.records_begin)
    return f"Our records begin on {begin}. What was allowed before that, nobody can tell from them. Ask about later."
