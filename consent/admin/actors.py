"""Who acts, as verbs take it."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest

from contacts.values import Actor, staff_name
from contacts.vocabulary import ActorKind


def staff(request: HttpRequest) -> Actor:
    """Return the person who is logged in."""
    return Actor(ActorKind.USER, str(request.user.pk), staff_name(cast(User, request.user)))
