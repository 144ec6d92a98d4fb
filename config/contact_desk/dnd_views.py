"""The one view behind every button of the DND panel."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from config.contact_desk import dnd_told as told
from config.contact_desk.dnd_actions import ACTIONS, Action
from config.contact_desk.dnd_controls import Attempt
from config.contact_desk.dnd_forms import PanelForm
from config.contact_desk.fingerprint import StalePanel, unchanged_since
from config.contact_desk.overview import show_overview
from config.contact_desk.shell import PAGE_URL, Act, act_of, for_contact, problems_of, refuse, say
from config.contact_desk.timeline_tab import meanwhile
from consent.selectors.dnd import contact_dnd
from consent.services.dnd import UnableToSetDnd
from consent.services.recording import Recorded
from contacts.models import Contact

MAY_ACT = "consent.set_dnd"


class NotDone(Exception):
    """Why an action was not carried out. `problems` are those that belong to fields, or to the form as a whole."""

    def __init__(self, sentence: str, *problems: tuple[str | None, str], status: int = 409) -> None:
        super().__init__(sentence)
        self.sentence, self.problems, self.status = sentence, problems, status


@for_contact("contacts.view_contact", MAY_ACT, posts=True)
def act(request: HttpRequest, contact: Contact, action: str) -> HttpResponse:
    """Carry out one action of the panel, or show it again with the reason why not."""
    if action not in ACTIONS:
        raise Http404
    form = ACTIONS[action].form(request.POST)
    try:
        recorded = _carry_out(ACTIONS[action], form, contact, act_of(request))
    except NotDone as no:
        refuse(request, no.sentence)
        attempt = Attempt(action, request.POST, no.problems)
        return show_overview(request, contact, attempt=attempt, status=no.status)
    say(request, ACTIONS[action].tell(form, recorded, contact_dnd(contact.pk)))
    return redirect(PAGE_URL, contact.pk)


def _carry_out(doing: Action, form: PanelForm, contact: Contact, act: Act) -> Recorded:
    """Call the verb of an action, if the panel still shows what stands.

    Raises: NotDone.
    """
    if not form.is_valid():
        raise NotDone(problems_of(form), status=422)
    try:
        with unchanged_since(contact.pk, form.cleaned_data["seen"]) as before:
            recorded = doing.run(form, contact, before, act)
    except StalePanel as stale:
        raise NotDone(meanwhile(contact.pk)) from stale
    except UnableToSetDnd as unable:
        raise NotDone(str(unable), (unable.field, str(unable))) from unable
    # Only now: the refusal is in the ledger, and an exception inside would have taken it out again.
    if recorded.refusals:
        sentence = told.refused(recorded, before)
        raise NotDone(sentence, (None, sentence))
    return recorded
