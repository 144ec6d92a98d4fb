"""The one view behind every button of the DND panel."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from config.contact_desk import dnd_told as told
from config.contact_desk.dnd_actions import ACTIONS
from config.contact_desk.dnd_panel import Attempt
from config.contact_desk.fingerprint import StalePanel, unchanged_since
from config.contact_desk.overview import show_overview
from config.contact_desk.shell import PAGE_URL, act_of, for_contact, problems_of, refuse, say
from config.contact_desk.timeline_tab import meanwhile
from consent.selectors.dnd import contact_dnd
from consent.services.dnd import UnableToSetDnd
from contacts.models import Contact


@require_POST
@for_contact("consent.set_dnd")
def act(request: HttpRequest, contact: Contact, action: str) -> HttpResponse:
    """Carry out one action of the panel, or show it again with the reason why not."""
    if action not in ACTIONS:
        raise Http404
    doing = ACTIONS[action]
    form = doing.form(request.POST)
    if not form.is_valid():
        refuse(request, problems_of(form))
        return show_overview(request, contact, attempt=Attempt(action, request.POST), status=422)
    try:
        with unchanged_since(contact.pk, form.cleaned_data["seen"]) as before:
            recorded = doing.run(form, contact, before, act_of(request))
    except StalePanel:
        refuse(request, meanwhile(contact.pk))
        return show_overview(request, contact, attempt=Attempt(action, request.POST), status=409)
    except UnableToSetDnd as unable:
        refuse(request, str(unable))
        return _again(request, contact, Attempt(action, request.POST, ((unable.field, str(unable)),)))
    if recorded.refusals:
        sentence = told.refused(recorded, before)
        refuse(request, sentence)
        return _again(request, contact, Attempt(action, request.POST, ((None, sentence),)))
    say(request, doing.tell(form, recorded, contact_dnd(contact.pk)))
    return redirect(f"{reverse(PAGE_URL, args=[contact.pk])}#dnd")


def _again(request: HttpRequest, contact: Contact, attempt: Attempt) -> HttpResponse:
    return show_overview(request, contact, attempt=attempt, status=409)
