"""The newest part of a contact's timeline, for screens that show it beside something else."""

from __future__ import annotations

from collections.abc import Collection

from django.http import HttpRequest
from django.template.loader import render_to_string

from config.contact_desk.timeline_tab import may_read, views_of
from consent.selectors.timeline import timeline
from consent.vocabulary import Channel
from contacts.models import Contact

EVENTS = 12


def told_beside(request: HttpRequest, contact: Contact, channels: Collection[Channel]) -> str:
    """Return what happened to a contact's consent on these channels lately, or that this user may not read it."""
    if not may_read(request, contact):
        return render_to_string("contact_desk/story.html", {"refused": True, "contact": contact})
    page = timeline(contact.pk, channels={*channels, Channel.ALL}, limit=EVENTS)
    told = {"events": views_of(page.events, contact), "contact": contact, "more": page.older_than is not None}
    return render_to_string("contact_desk/story.html", told)
