"""What staff say a provider's code means. The change counts for callbacks that are read from now on."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction

from consent.models.codes import ADJUSTABLE, ProviderCode
from consent.selectors.codes import SHIPPED
from consent.vocabulary import EventKind
from contacts.services import history
from contacts.values import Actor

_CODE = re.compile(r"[0-9]{3,9}")


class UnableToChangeCode(ValueError):
    """What was asked makes no sense. `field` and `code` are stable, the message tells the way out."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field, self.code = field, code


@transaction.atomic
def change_code(*, provider: str, code: str, event_kind: EventKind, why: str, by: Actor, at: datetime) -> ProviderCode:
    """Read a code of a provider as this kind of event from now on, and keep why.

    Suppressions that the code set before stay as they are.
    Raises: UnableToChangeCode for a code, a meaning or a why that can't be.
    Once: the same meaning and why again change nothing and leave no trace.
    """
    wanted, reason = code.strip(), why.strip()
    if provider not in SHIPPED:
        raise UnableToChangeCode("provider", "unknown", f"No provider “{provider}” sends us codes. Choose one offered.")
    if not _CODE.fullmatch(wanted):
        raise UnableToChangeCode("code", "not_a_code", "A code is three to nine digits, such as 30003.")
    if event_kind not in ADJUSTABLE:
        raise UnableToChangeCode("event_kind", "not_adjustable", "A delivery code can't mean that. Choose one offered.")
    if not reason or len(reason) > 300:
        raise UnableToChangeCode("why", "required", "Say why it is read so, in at most 300 characters.")
    row = _locked(provider, wanted) or ProviderCode(provider=provider, code=wanted)
    if (row.event_kind, row.why) != (event_kind, reason):
        row.event_kind, row.why = event_kind, reason
        row.full_clean()
        history.save(row, reason=f"changed: {reason}", by=by, at=at)
    return row


@transaction.atomic
def reset_code(*, provider: str, code: str, why: str, by: Actor, at: datetime) -> None:
    """Read a code as it ships again; one that does not ship is recorded only.

    Raises: UnableToChangeCode without a why, or where nothing was changed.
    """
    if not why.strip():
        raise UnableToChangeCode("why", "required", "Say why the change is taken back.")
    row = _locked(provider, code)
    if row is None:
        raise UnableToChangeCode("code", "not_changed", f"Code {code} is read as it ships already.")
    history.delete(row, reason=f"reset: {why.strip()}", by=by, at=at)


def _locked(provider: str, code: str) -> ProviderCode | None:
    return ProviderCode.objects.select_for_update().filter(provider=provider, code=code).first()
