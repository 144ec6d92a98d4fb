"""Naming the variable of the environment that holds a door's secret. Values are neither asked for nor kept."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from consent.models import DoorSecret
from consent.providers.catalogue import PROVIDERS
from consent.selectors import secrets
from contacts.services import history
from contacts.values import Actor


class UnableToNameSecret(ValueError):
    """A variable can't hold a door's secret. `code` is stable, the message tells the way out."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@transaction.atomic
def name_secret(*, provider: str, purpose: str, variable: str, by: Actor, at: datetime) -> DoorSecret | None:
    """Let a door take its secret from another variable, with who and when in the history; None where nothing changes.

    Raises: UnableToNameSecret for a name that was not shipped nor begins with the shipped one, and for a variable
    that is not set: the door would close, and a STOP with it.
    Once: the same name again leaves no trace.
    """
    known = PROVIDERS.get(provider)
    secret = next((each for each in known.secrets if each.purpose == purpose), None) if known else None
    if secret is None or not secret.locks_a_door:
        raise UnableToNameSecret("no_such_secret", "No door is locked with such a secret. Choose one offered.")
    if variable not in secrets.choices(provider, secret):
        raise UnableToNameSecret(
            "not_a_choice",
            f"Choose {secret.variable}, or a variable whose name begins with {secret.variable}_ and that is set where "
            "the desk runs. Set it there first, restart, and come back.",
        )
    row = DoorSecret.objects.select_for_update().filter(provider=provider, purpose=purpose).first()
    if (row.variable if row else secret.variable) == variable:
        return None
    row = row or DoorSecret(provider=provider, purpose=purpose)
    row.variable = variable
    row.full_clean()
    history.save(row, reason="secret named", by=by, at=at)
    secrets.forget_named()
    transaction.on_commit(secrets.forget_named)  # whoever read in between kept the old name
    return row
