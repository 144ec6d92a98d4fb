"""Who acts, as verbs take it."""

from __future__ import annotations

from django.http import HttpRequest

from contacts.values import Actor
from contacts.vocabulary import ActorKind


def staff(request: HttpRequest) -> Actor:
    """Return the person who is logged in."""
    return Actor(ActorKind.USER, str(request.user.pk), request.user.get_username())
