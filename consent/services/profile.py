"""What the business itself decides: its policies and texts, and which channels it has."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from consent.models import BusinessProfile, ChannelState
from consent.selectors.business import forget_place
from consent.vocabulary import CHANNELS, RETIRED_CHANNELS, Channel
from contacts.services import history
from contacts.values import Actor

PROFILE_FIELDS = frozenset(field.name for field in BusinessProfile._meta.concrete_fields if not field.primary_key)


class ChannelRefused(ValueError):
    """A channel can't be connected. `code` is stable, the message tells why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@transaction.atomic
def update_profile(*, by: Actor, at: datetime, note: str = "", **changes: str | int | bool) -> BusinessProfile:
    """Save the business's own settings, with who, when and why in their history.

    Shape: `changes` are fields of the profile; those not named stay. `note` is the reason.
    Raises: ValidationError, by field, for what can't be.
    Once: the same values again change nothing and leave no trace.
    """
    unknown = changes.keys() - PROFILE_FIELDS
    if unknown:
        raise TypeError(f"The profile has no {', '.join(sorted(unknown))}.")
    profile = BusinessProfile.objects.select_for_update().filter(pk=1).first() or BusinessProfile(pk=1)
    if not profile._state.adding and all(getattr(profile, field) == value for field, value in changes.items()):
        return profile
    for field, value in changes.items():
        setattr(profile, field, value)
    profile.full_clean()
    history.save(profile, reason=f"changed: {note.strip()}" if note.strip() else "changed", by=by, at=at)
    forget_place()
    transaction.on_commit(forget_place)  # whoever read in between kept the old ones
    return profile


@transaction.atomic
def connect_channel(
    *, channel: Channel, by: Actor, at: datetime, provider: str = "", account: str = ""
) -> ChannelState:
    """Connect a channel, so that the gate lets messages out on it. Whoever is silenced there stays so.

    Raises: ChannelRefused for a channel that its provider ended, or for `all`, which is none.
    Once: a connected channel stays connected; provider and account are replaced where given.
    """
    if channel in RETIRED_CHANNELS:
        raise ChannelRefused(
            "channel_retired", f"{channel.label} was ended by its provider and can't be connected. Its flags are kept."
        )
    if channel not in CHANNELS:
        raise ChannelRefused("not_a_channel", f"“{channel.label}” is no channel to connect. Choose one.")
    state = _locked(channel)
    before = (state.connected, state.provider, state.account)
    state.connected = True
    state.provider, state.account = provider.strip() or state.provider, account.strip() or state.account
    if before != (state.connected, state.provider, state.account):
        state.full_clean()
        history.save(state, reason="connected", by=by, at=at)
    return state


@transaction.atomic
def set_consent_policy(
    *, channel: Channel, needs_consent: bool, consent_months: int | None, by: Actor, at: datetime
) -> ChannelState:
    """Say whether marketing on a channel needs consent on file, and for how many months a consent lasts there.

    The lifetime counts for consents recorded from now on; those on file keep their end.
    Raises: ChannelRefused for a lifetime that is none.
    Once: the same again changes nothing and leaves no trace.
    """
    if consent_months is not None and consent_months < 1:
        raise ChannelRefused("consent_months", "A consent lasts a month at least; leave it empty for no end.")
    state = _locked(channel)
    if (state.needs_consent, state.consent_months) != (needs_consent, consent_months):
        state.needs_consent, state.consent_months = needs_consent, consent_months
        state.full_clean()
        history.save(state, reason="consent policy", by=by, at=at)
    return state


@transaction.atomic
def disconnect_channel(*, channel: Channel, by: Actor, at: datetime) -> ChannelState:
    """Disconnect a channel, so that nothing can be sent there. Its suppressions stay and apply on reconnection.

    Once: a disconnected channel stays disconnected, without a trace.
    """
    state = _locked(channel)
    if state.connected:
        state.connected = False
        history.save(state, reason="disconnected", by=by, at=at)
    return state


def _locked(channel: Channel) -> ChannelState:
    state = ChannelState.objects.select_for_update().filter(channel=channel).first()
    return state or ChannelState(channel=channel)
