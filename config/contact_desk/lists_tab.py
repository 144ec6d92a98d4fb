"""The Lists tab: which lists a contact is on, and what was said there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from config.contact_desk import dates
from config.contact_desk.lists_actions import ACTIONS, refused
from config.contact_desk.lists_forms import AddForm, BringBackForm, ListForm, OptOutForm
from config.contact_desk.page import show
from config.contact_desk.shell import act_of, for_contact, problems_of, refuse, say
from contacts.models import Contact
from lists.models import ContactList
from lists.selectors import memberships_of
from lists.services import ListRefusal
from lists.values import MembershipView

LISTS_URL = "admin:contact-desk-lists"
MAY_CHANGE = "lists.change_listmembership"


F = TypeVar("F", bound=ListForm)


@dataclass(frozen=True, slots=True)
class ListRow:
    """One membership with the forms that its state leaves open."""

    membership: MembershipView
    flags: tuple[tuple[str, str], ...]
    plain: ListForm
    opt_out: OptOutForm | None
    bring_back: BringBackForm | None
    open: bool = False

    @property
    def is_on(self) -> bool:
        return self.membership.added_at is not None and self.membership.removed_at is None


@for_contact("contacts.view_contact", "lists.view_listmembership")
def view(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Show the tab."""
    return show_lists(request, contact)


@for_contact("contacts.view_contact", MAY_CHANGE, posts=True)
def act(request: HttpRequest, contact: Contact, action: str) -> HttpResponse:
    """Carry out one verb of lists for this contact, or show the tab again with the reason why not."""
    if action not in ACTIONS:
        raise Http404
    doing = ACTIONS[action]
    form = doing.form(request.POST)
    if not form.is_valid():
        refuse(request, problems_of(form))
        return show_lists(request, contact, tried=(action, request.POST), status=422)
    try:
        change = doing.run(form, contact, act_of(request))
    except ListRefusal as refusal:
        refuse(request, refusal.message)
        return redirect(LISTS_URL, contact.pk)
    if change.refusals:
        refuse(request, refused(change))
        return show_lists(request, contact, tried=(action, request.POST), status=409)
    say(request, doing.tell(form, change, ContactList.objects.get(pk=change.list_id).name))
    return redirect(LISTS_URL, contact.pk)


def show_lists(
    request: HttpRequest, contact: Contact, *, tried: tuple[str, QueryDict] | None = None, status: int = 200
) -> HttpResponse:
    """Return the tab; a form that was refused comes back as it was filled in."""
    memberships = memberships_of(contact.pk)
    on = [each.list_id for each in memberships if each.added_at and not each.removed_at]
    others = ContactList.objects.filter(archived_at=None).exclude(pk__in=on).order_by("name")
    return show(
        request,
        contact,
        tab="lists",
        template="lists.html",
        rows=[_row(each, tried) for each in memberships],
        add=AddForm(lists=others) if others else None,
        may_change_lists=request.user.has_perm(MAY_CHANGE),
        status=status,
    )


def _row(each: MembershipView, tried: tuple[str, QueryDict] | None) -> ListRow:
    action, data = tried or ("", QueryDict())
    mine = data.get("list") == str(each.list_id)
    silent = each.opted_out_at or each.opted_out_addresses

    def form(cls: type[F], key: str) -> F:
        bound = data if mine and action == key else None
        return cls(bound, initial={"list": each.list_id}, auto_id=f"{key}-{each.list_id}-%s")

    return ListRow(
        membership=each,
        flags=_flags(each),
        plain=ListForm(initial={"list": each.list_id}, auto_id=f"list-{each.list_id}-%s"),
        opt_out=None if each.opted_out_at else form(OptOutForm, "opt-out"),
        bring_back=form(BringBackForm, "bring-back") if silent and not each.blocked_at else None,
        open=mine,
    )


def _flags(each: MembershipView) -> tuple[tuple[str, str], ...]:
    """Return what keeps a message back, as (tone, sentence)."""
    flags = []
    if each.opted_out_at:
        flags.append(("silenced", f"Opted out on {dates.on_day(each.opted_out_at)}"))
    for one in each.opted_out_addresses:
        if not each.opted_out_at:
            flags.append(("silenced", f"{one.shown} opted out on {dates.on_day(one.opted_out_at)}"))
    if each.blocked_at:
        flags.append(("silenced", f"Blocked on {dates.on_day(each.blocked_at)}"))
    if each.removed_at:
        flags.append(("plain", f"Removed on {dates.on_day(each.removed_at)}"))
    elif each.added_at is None:
        flags.append(("plain", "Never added"))
    return tuple(flags)
