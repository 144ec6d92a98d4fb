"""The doors' secrets: their values for the doors alone, and for everybody else whether they are set.

A value comes from the environment, under the shipped variable's name or under one that compliance named for it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from django.conf import settings
from django.core.cache import cache

from consent.models import DoorSecret
from consent.providers.catalogue import Secret

_KEY = "consent.secrets.named"
_SECONDS = 5
_AFTER_THE_NAME = re.compile(r"_[A-Z0-9_]*[A-Z0-9]")


def named_value(provider: str, purpose: str) -> str | None:
    """Return the value of the variable that compliance named; "" where it is not set, None where none was named.

    Which variable it is may be five seconds old, so that a message costs no question more.
    """
    variable = _named().get((provider, purpose))
    return None if variable is None else os.environ.get(variable, "").strip()


def value_of(provider: str, purpose: str, *, shipped: str) -> str:
    """Return a secret: the named variable's, else `shipped`. For what locks a door or signs, never for a screen."""
    named = named_value(provider, purpose)
    return shipped if named is None else named


def variable_of(provider: str, secret: Secret) -> str:
    """Return the name of the variable that counts now."""
    return _named().get((provider, secret.purpose), secret.variable)


def is_set(provider: str, secret: Secret) -> bool:
    """Return whether this process has a value for a provider's secret. Values are never returned."""
    named = named_value(provider, secret.purpose)
    return _is_shipped_set(provider, secret) if named is None else bool(named)


def choices(provider: str, secret: Secret) -> list[str]:
    """Return the names that compliance may choose: the shipped one and those that begin with it, where set now."""
    begun = (name for name in os.environ if name.startswith(secret.variable) and os.environ[name].strip())
    longer = sorted(name for name in begun if _AFTER_THE_NAME.fullmatch(name.removeprefix(secret.variable)))
    return [*([secret.variable] if _is_shipped_set(provider, secret) else []), *longer]


def forget_named() -> None:
    """Ask the database anew from now on."""
    cache.delete(_KEY)


def _is_shipped_set(provider: str, secret: Secret) -> bool:
    if provider in settings.EMAIL_WEBHOOKS:
        return any(settings.EMAIL_WEBHOOKS[provider][secret.purpose])
    return bool(getattr(settings, secret.variable))


def _named() -> Mapping[tuple[str, str], str]:
    kept: dict[tuple[str, str], str] | None = cache.get(_KEY)
    if kept is None:
        rows = DoorSecret.objects.values_list("provider", "purpose", "variable")
        kept = {(provider, purpose): variable for provider, purpose, variable in rows}
        cache.set(_KEY, kept, _SECONDS)
    return kept
