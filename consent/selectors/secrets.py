"""Whether the doors' secrets are set: all that anybody but a door is told of them."""

from __future__ import annotations

from django.conf import settings

from consent.providers.catalogue import Secret


def is_set(provider: str, secret: Secret) -> bool:
    """Return whether this process has a value for a provider's secret. Values are never returned."""
    if provider in settings.EMAIL_WEBHOOKS:
        return any(settings.EMAIL_WEBHOOKS[provider][secret.purpose])
    return bool(getattr(settings, secret.variable))
