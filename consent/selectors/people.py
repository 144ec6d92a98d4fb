"""Names for the ids that records of fact keep: who, at which address, by whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.contrib.auth import get_user_model

from contacts.models import Address, Contact
from contacts.values import staff_name
from contacts.vocabulary import ActorKind


@dataclass(frozen=True, slots=True)
class Names:
    """What screens print instead of ids. An id that nobody has is missing."""

    contacts: Mapping[int, str]
    addresses: Mapping[int, str]
    users: Mapping[int, str]

    def actor(self, ref: str) -> str:
        """Return who a ledger row's actor is: "alex", "Twilio", "Consent Desk"."""
        kind, _, actor_id = ref.partition(":")
        if kind == ActorKind.USER and actor_id.isdigit():
            return self.users.get(int(actor_id), f"Staff {actor_id}")
        if not actor_id:
            return ActorKind(kind).label if kind in set(ActorKind) else kind
        if kind == ActorKind.PROVIDER:
            return actor_id.capitalize()
        return f"{ActorKind(kind).label} {actor_id}" if kind in set(ActorKind) else ref


def names(
    *, contact_ids: Collection[int] = (), address_ids: Collection[int] = (), actors: Collection[str] = ()
) -> Names:
    """Return the names for these ids, in at most three queries."""
    user_ids = {int(ref[5:]) for ref in actors if ref.startswith(f"{ActorKind.USER}:") and ref[5:].isdigit()}
    return Names(
        contacts={
            contact.pk: str(contact)
            for contact in Contact.objects.filter(pk__in=contact_ids).only("first_name", "last_name", "company")
        }
        if contact_ids
        else {},
        addresses=dict(Address.objects.filter(pk__in=address_ids).values_list("pk", "shown")) if address_ids else {},
        users={pk: staff_name(user) for pk, user in get_user_model().objects.in_bulk(user_ids).items()}
        if user_ids
        else {},
    )
