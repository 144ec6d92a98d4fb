"""What every view of the contact page does first: who asks, may they, and which contact is it about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import TypedDict

import structlog
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html

from config.contact_desk import dates
from consent.admin.actors import staff
from contacts.models import Contact
from contacts.selectors import visible_contacts
from contacts.services import ContactRefusal
from contacts.values import Actor

log = structlog.get_logger(__name__)

LIST_URL = "admin:contacts_contact_changelist"
PAGE_URL = "admin:contacts_contact_change"


class Act(TypedDict):
    """The two arguments that every verb takes, made here and nowhere else."""

    by: Actor
    at: datetime


def act_of(request: HttpRequest) -> Act:
    """Return who acts and when: the person logged in, now."""
    return Act(by=staff(request), at=timezone.now())


ContactView = Callable[..., HttpResponse]


def for_contact(*permissions: str, posts: bool = False) -> Callable[[ContactView], ContactView]:
    """Return a decorator that hands a view its contact, or answers why it can't.

    The view gets the contact in place of its id. Without one of the permissions the answer is 403, and the log has
    it; a contact that is gone leads back to the list or to the one it was merged into, a refusal of contacts back to
    the page. `posts` says that the view changes something: whoever comes to its address otherwise is led to the page.
    """

    def decorate(view: ContactView) -> ContactView:
        @wraps(view)
        def shell(request: HttpRequest, contact_id: int, **kwargs: object) -> HttpResponse:
            require(request, *permissions)
            contact = visible_contacts().select_related("owner").filter(pk=contact_id).first()
            if contact is None:
                return _gone(request, contact_id)
            if posts and request.method != "POST":
                return redirect(PAGE_URL, contact.pk)
            try:
                return view(request, contact, **kwargs)
            except ContactRefusal as refusal:
                messages.error(request, refusal.message)
                return redirect(PAGE_URL, contact.pk)

        return shell

    return decorate


def _gone(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Tell what became of a contact that has no page any more, and lead to the one it was merged into."""
    gone = Contact.objects.filter(pk=contact_id).first()
    if gone is not None and gone.erased_at is not None:
        messages.warning(
            request,
            f"Contact {contact_id} was erased on {dates.on_day(gone.erased_at)}. Nothing is left that says who it was; "
            "what silences them stays for good.",
        )
    elif gone is not None and gone.merged_into_id is not None and gone.deleted_at is not None:
        messages.info(request, f"Contact {contact_id} was merged into this one on {dates.on_day(gone.deleted_at)}.")
        return redirect(PAGE_URL, gone.merged_into_id)
    else:
        messages.warning(request, f"Contact {contact_id} does not exist or was deleted. Search for it here.")
    return redirect(LIST_URL)


def require(request: HttpRequest, *permissions: str) -> None:
    """Let the request go on if its user has every permission.

    Raises: PermissionDenied.
    """
    missing = [each for each in permissions if not request.user.has_perm(each)]
    if missing:
        log.warning("forbidden", user=request.user.pk, path=request.path, missing=missing)
        raise PermissionDenied


def say(request: HttpRequest, sentence: str) -> None:
    """Show a sentence on the next page."""
    messages.success(request, sentence)


def refuse(request: HttpRequest, sentence: str) -> None:
    """Show on the next page why something was not done."""
    messages.error(request, format_html("<strong>Not done.</strong> {}", sentence))


def problems_of(form: Form) -> str:
    """Return what is wrong with a form as one line, for the case that it is no longer on the page."""
    told = []
    for name, errors in form.errors.items():
        label = f"{form.fields[name].label or name.capitalize()}: " if name in form.fields else ""
        told += [f"{label}{error}" for error in errors]
    return " ".join(told)
