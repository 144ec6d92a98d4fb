"""Try a message: how a sentence would be read and what it would change. Nothing is written."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from consent.admin import links
from consent.admin.choosing import Chosen, WhoForm, choose, remember
from consent.selectors.people import names
from consent.selectors.subjects import primary_address
from consent.services.preview import Preview, preview
from consent.vocabulary import Channel

TEXT_CHANNELS = (Channel.SMS, Channel.WHATSAPP, Channel.FACEBOOK)


class TryForm(WhoForm):
    """A sentence, the channel it would come on, and who would send it."""

    body = forms.CharField(
        label="Message", max_length=2000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}), strip=False
    )
    channel = forms.ChoiceField(
        choices=[(each.value, each.label) for each in TEXT_CHANNELS], widget=UnfoldAdminSelectWidget
    )
    field_order = ("body", "channel", "who")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].label = "Sender"
        self.fields["who"].help_text += " Empty: somebody we have never heard of."


def view(request: HttpRequest) -> HttpResponse:
    """Show the form, and what the sentence would do once there is one."""
    if not request.user.has_perm("consent.view_suppression"):
        raise PermissionDenied
    form = TryForm(request.POST or None, initial={"channel": Channel.SMS})
    context = {**admin.site.each_context(request), "title": "Try a message", "form": form}
    if form.is_bound and form.is_valid():
        channel = Channel(form.cleaned_data["channel"])
        sender = choose(form, channel=channel)
        context |= {"sender": sender, "channel": channel, **_tried(form, sender, channel)}
    return TemplateResponse(request, "consent/try_message.html", context)


def _tried(form: TryForm, sender: Chosen, channel: Channel) -> dict[str, object]:
    if sender.problem or sender.candidates:
        return {}
    address_id, shown = sender.address_id, "somebody we have never heard of"
    again: WhoForm = form
    if sender.contact is not None:
        again = remember(form, sender.contact)
        held = primary_address(sender.contact.pk, channel=channel)
        if held is None:
            return {"form": again, "problem": f"{sender.contact} has no address for {channel.label}."}
        address_id, shown = held.id, f"{sender.contact}, {held.shown}"
    elif sender.address is not None:
        shown = sender.address.shown
    seen = preview(body=form.cleaned_data["body"], channel=channel, address_id=address_id, at=timezone.now())
    return {"form": again, "preview": seen, "lines": _lines(seen), "shown": shown}


def _lines(seen: Preview) -> list[dict[str, str]]:
    outcomes = [(event.kind, outcome) for event in seen.events for outcome in event.outcomes]
    known = names(
        contact_ids={outcome.contact_id for _, outcome in outcomes if outcome.contact_id},
        address_ids={outcome.address_id for _, outcome in outcomes if outcome.address_id},
    )
    return [
        {
            "event": kind.label,
            "effect": outcome.effect.label,
            "reason": outcome.reason.label if outcome.reason else "",
            "kind": links.kind(outcome.kind) if outcome.kind else "",
            "channel": outcome.channel.label,
            "contact": links.contact(outcome.contact_id, known.contacts.get(outcome.contact_id, ""))
            if outcome.contact_id
            else "",
            "address": known.addresses.get(outcome.address_id or 0, ""),
            "rule": links.rule(outcome.rule),
            "why": links.refusal(outcome.code) if outcome.code else "",
        }
        for kind, outcome in outcomes
    ]
