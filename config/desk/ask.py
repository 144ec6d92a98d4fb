"""Ask the gate: may we contact this person here, for this purpose, now, and if not, why not and what would help."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminSelectWidget

from consent import selectors, sentences
from consent.admin import links
from consent.admin.choosing import Chosen, WhoForm, choose, remember
from consent.selectors.decisions import Subject
from consent.selectors.subjects import candidate
from consent.values import ActiveSuppression, GateRequest, Refusal
from consent.vocabulary import CHANNELS, Channel, Covers, Direction, Purpose, Reason
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
        context |= {"chosen": chosen, **_answered(form, chosen)}
    return TemplateResponse(request, "consent/ask_gate.html", context)


def _answered(form: AskForm, chosen: Chosen) -> dict[str, object]:
    given = form.cleaned_data
    again: WhoForm = form
    question = GateRequest(
        Channel(given["channel"]), Purpose(given["purpose"]), given["list"].slug if given["list"] else None
    )
    if chosen.contact is not None:
        answer = selectors.decide(question, Subject(contact_id=chosen.contact.pk))
        shown = candidate(chosen.contact, channel=question.channel)
        subject = f"{shown.name}, {shown.address}" if shown.address else shown.name
        again, subject = remember(form, chosen.contact), links.contact(chosen.contact.pk, subject)
    elif chosen.address is not None:
        answer = selectors.decide(question, Subject(address_value=chosen.address.value))
        subject = chosen.address.shown
    else:
        return {}
    reasons = [_reason(refusal) for refusal in answer.decision.reasons]
    return {"form": again, "answer": answer, "subject": subject, "reasons": reasons}


def _reason(refusal: Refusal) -> dict[str, object]:
    return {
        "text": refusal.text,
        "code": refusal.code,
        "channel": refusal.channel.label if refusal.channel else "",
        "kind": links.kind(refusal.kind) if refusal.kind else "",
        "expires_at": refusal.expires_at,
        "ends": sentences.how_it_lifts(_standing(refusal)) if refusal.rule else "",
        "rule": links.rule(refusal.rule) if refusal.rule else "",
    }


def _standing(refusal: Refusal) -> ActiveSuppression:
    """Return the suppression behind a refusal, as far as a sentence about its end needs it."""
    assert refusal.channel is not None
    assert refusal.kind is not None
    assert refusal.since is not None
    reason = Reason.BLOCKED if refusal.code == "blocked_contact" else Reason(refusal.code)
    return ActiveSuppression(
        id=0,
        address_id=None,
        contact_id=None,
        channel=refusal.channel,
        direction=Direction.OUTBOUND,
        reason=reason,
        kind=refusal.kind,
        covers=Covers.EVERYTHING,
        rule=refusal.rule,
        since=refusal.since,
        reaffirmed_at=refusal.since,
        expires_at=refusal.expires_at,
    )
