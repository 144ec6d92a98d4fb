"""Opt-out requests by a slow road: the worklist with its clock, the form that logs one, and the page of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timeuntil
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from consent.admin import links
from consent.admin.actors import staff
from consent.admin.choosing import WhoForm, choose, remember
from consent.admin.named import under
from consent.selectors import requests as selectors
from consent.selectors.people import names
from consent.selectors.requests import ONE_CLICK_LIMIT, Clocked
from consent.services.request_doing import complete_request
from consent.services.request_log import RequestRefused, assign_request, close_request, log_request
from consent.vocabulary import CHANNELS, Channel
from contacts.values import staff_name
from contacts.vocabulary import Word

MAY_SEE, MAY_LOG, MAY_DO = "consent.view_optoutrequest", "consent.add_optoutrequest", "consent.set_dnd"
_CHANNELS = [(each.value, each.label) for each in CHANNELS]


class Road(Word):
    """How a request reached us."""

    LETTER = "letter", "By letter"
    VOICEMAIL = "voicemail", "On voicemail"
    EMAIL = "e-mail", "By e-mail to one of us"
    CALL = "call", "On the phone"
    IN_PERSON = "in person", "In person"
    OTHER = "other", "Another way"


class LogForm(WhoForm):
    """A request that has arrived. Who it is may still be open."""

    told = forms.CharField(
        label="What the person said",
        max_length=4000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="In their words, with whatever tells who they are.",
    )
    how = forms.ChoiceField(label="How it came", choices=Road.choices(), widget=UnfoldAdminSelectWidget)
    received_at = forms.DateTimeField(
        label="When it came",
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
        help_text="When the person said it, not when you read it. The clock runs from here.",
    )
    channels = forms.MultipleChoiceField(
        label="From what", required=False, choices=_CHANNELS, widget=forms.CheckboxSelectMultiple
    )

    field_order = ("told", "how", "received_at", "who", "contact", "channels")


class DoForm(WhoForm):
    """The opt-out that a request asks for."""

    channels = forms.MultipleChoiceField(label="From what", choices=_CHANNELS, widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="Empty: the words of the request.",
    )


class AssignForm(forms.Form):
    """Who looks after it."""

    assigned_to = forms.TypedChoiceField(
        label="Assigned to", required=False, coerce=int, empty_value=None, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = get_user_model().objects.filter(is_active=True, is_staff=True).order_by("username")
        cast(forms.ChoiceField, self.fields["assigned_to"]).choices = [
            ("", "Nobody"),
            *sorted(((user.pk, staff_name(user)) for user in people[:500]), key=lambda each: each[1].casefold()),
        ]


class CloseForm(forms.Form):
    """Why no opt-out is recorded."""

    reason = forms.CharField(
        label="Why no opt-out is recorded", max_length=2000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2})
    )


def requests(request: HttpRequest) -> HttpResponse:
    """Show what waits, the oldest first, and what was done lately."""
    _check(request, MAY_SEE)
    now, mine = timezone.now(), request.GET.get("mine") == "1"
    show_done = request.GET.get("done") == "1"
    listed = selectors.done(now=now) if show_done else selectors.waiting(now=now, assigned_to=_me(request, mine))
    oldest = selectors.oldest_unread_email()
    context = {
        **admin.site.each_context(request),
        "title": "Opt-out requests",
        "lines": [line(each, now=now) for each in listed],
        "show_done": show_done,
        "mine": mine,
        "may_log": request.user.has_perm(MAY_LOG),
        "oldest_email": links.moment(oldest) if oldest else "",
        "email_due": links.moment(oldest + ONE_CLICK_LIMIT) if oldest else "",
        "email_late": oldest is not None and oldest + ONE_CLICK_LIMIT <= now,
    }
    return TemplateResponse(request, "consent/requests/requests.html", context)


def _me(request: HttpRequest, mine: bool) -> int | None:
    return request.user.pk if mine else None


def line(each: Clocked, *, now: datetime) -> dict[str, object]:
    """Return a request as lists print it."""
    row = each.request
    left = "Late" if each.is_late else f"{timeuntil(each.due_at, now, depth=1)} left"
    return {
        "id": row.pk,
        "told": row.told,
        "who": links.contact(row.contact.pk, str(row.contact)) if row.contact else "",
        "how": row.how,
        "channels": ", ".join(Channel(value).label for value in row.channels),
        "received": links.moment(row.received_at),
        "due": links.moment(each.due_at),
        "done": links.moment(row.done_at) if row.done_at else "",
        "clock": ("Late" if each.is_late else "In time") if row.done_at else left,
        "is_late": each.is_late,
        "assigned_to": staff_name(row.assigned_to),
        "outcome": row.get_outcome_display(),
    }


def log(request: HttpRequest) -> HttpResponse:
    """Log a request that has arrived."""
    _check(request, MAY_LOG)
    form: WhoForm = LogForm(request.POST or None)
    context = {**admin.site.each_context(request), **_under("Log a request")}
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        chosen = choose(form, channel=Channel(told["channels"][0]) if told["channels"] else Channel.SMS)
        context["chosen"] = chosen
        if chosen.contact is not None or not told["who"].strip():
            try:
                row = log_request(
                    told=told["told"],
                    how=told["how"],
                    received_at=told["received_at"],
                    channels=[Channel(value) for value in told["channels"]],
                    contact_id=chosen.contact.pk if chosen.contact else None,
                    by=staff(request),
                    at=timezone.now(),
                )
            except RequestRefused as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            else:
                messages.success(request, "Logged. Nobody is silenced until the opt-out is recorded.")
                return _to(row.pk)
        elif not chosen.candidates:
            form.add_error("who", chosen.problem or "No contact has this address. Name a contact, or leave it empty.")
    return TemplateResponse(request, "consent/requests/log.html", {**context, "form": form})


def page(request: HttpRequest, request_id: int) -> HttpResponse:
    """Show one request, and deal with it: assign it, record its opt-out, or close it."""
    _check(request, MAY_SEE)
    row = selectors.find(request_id)
    if row is None:
        raise Http404("There is no such request.")
    act = request.POST.get("act", "") if request.method == "POST" else ""
    forms_shown: dict[str, forms.Form] = {
        "assign": AssignForm(request.POST if act == "assign" else None, initial={"assigned_to": row.assigned_to_id}),
        "do": DoForm(
            request.POST if act == "do" else None,
            initial={
                "channels": row.channels,
                "who": str(row.contact or ""),
                "contact": row.contact_id,
            },
        ),
        "close": CloseForm(request.POST if act == "close" else None),
    }
    more: dict[str, object] = {}
    if request.method == "POST":
        _check(request, MAY_DO)
        form = forms_shown.get(act)
        if form is not None and form.is_valid():
            try:
                if _ACTS[act](request, request_id, form, more):
                    return _to(request_id)
            except RequestRefused as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            forms_shown[act] = cast(forms.Form, more.get("form", form))
    known = names(actors={row.logged_by, row.done_by} - {""})
    context = {
        **admin.site.each_context(request),
        **_under(f"Request of {links.moment(row.received_at)}"),
        "row": row,
        "line": line(selectors.clocked(row, now=timezone.now()), now=timezone.now()),
        "logged_by": known.actor(row.logged_by),
        "done_by": known.actor(row.done_by) if row.done_by else "",
        "may_do": request.user.has_perm(MAY_DO) and not row.outcome,
        **{f"{name}_form": form for name, form in forms_shown.items()},
        **more,
    }
    return TemplateResponse(request, "consent/requests/request.html", context)


def _assign(request: HttpRequest, request_id: int, form: forms.Form, more: dict[str, object]) -> bool:
    to = form.cleaned_data["assigned_to"]
    assign_request(request_id=request_id, to_user_id=to, by=staff(request), at=timezone.now())
    messages.success(request, "Assigned." if to else "Assigned to nobody.")
    return True


def _do(request: HttpRequest, request_id: int, form: forms.Form, more: dict[str, object]) -> bool:
    asking = cast(WhoForm, form)
    channels = [Channel(value) for value in form.cleaned_data["channels"]]
    chosen = choose(asking, channel=channels[0])
    if chosen.contact is None:
        more["chosen"] = chosen
        if not chosen.candidates:
            form.add_error("who", chosen.problem or "Name the contact whose opt-out it is.")
        return False
    more["form"] = remember(asking, chosen.contact)
    complete_request(
        request_id=request_id,
        contact_id=chosen.contact.pk,
        channels=channels,
        note=form.cleaned_data["note"],
        by=staff(request),
        at=timezone.now(),
    )
    messages.success(request, f"Recorded. {chosen.contact} is silenced there for good; the clock has stopped.")
    return True


def _close(request: HttpRequest, request_id: int, form: forms.Form, more: dict[str, object]) -> bool:
    close_request(request_id=request_id, reason=form.cleaned_data["reason"], by=staff(request), at=timezone.now())
    messages.success(request, "Closed. Nobody was silenced by it.")
    return True


_ACTS = {"assign": _assign, "do": _do, "close": _close}


def _under(leaf: str) -> dict[str, str]:
    return under("Opt-out requests", reverse("admin:opt_out_requests"), leaf)


def _check(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _to(request_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:opt_out_request", args=[request_id]))
