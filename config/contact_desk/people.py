"""Who did it: actors' refs ("user:5") as names that staff know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser

from contacts.values import staff_name
from contacts.vocabulary import ActorKind

_WORDS = {ActorKind.SYSTEM: "Consent Desk", ActorKind.CONTACT: "the contact"}


def names_of(refs: Iterable[str]) -> dict[str, str]:
    """Return a name for each ref, in one query. Somebody whose log-in is gone keeps a number."""
    wanted = set(refs)
    ids = {int(id_) for kind, _, id_ in (ref.partition(":") for ref in wanted) if kind == ActorKind.USER and id_}
    users = get_user_model().objects.in_bulk(ids) if ids else {}
    return {ref: _name(ref, users) for ref in wanted}


def _name(ref: str, users: Mapping[int, AbstractUser]) -> str:
    kind, _, id_ = ref.partition(":")
    if kind == ActorKind.USER:
        user = users.get(int(id_)) if id_ else None
        return staff_name(user) if user else f"former staff {id_}".strip()
    if kind in _WORDS:
        return _WORDS[ActorKind(kind)]
    return id_.capitalize() if kind == ActorKind.PROVIDER and id_ else id_ or kind
