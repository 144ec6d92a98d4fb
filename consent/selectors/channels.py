"""Which channels the business has."""

from __future__ import annotations

from consent.models import BusinessProfile, ChannelState
from consent.vocabulary import CHANNELS, Channel


def connected_channels() -> frozenset[Channel]:
    """Return the channels on which something can be sent now. A channel without a row is disconnected."""
    rows = ChannelState.objects.filter(connected=True).values_list("channel", flat=True)
    return frozenset(Channel(value) for value in rows) & frozenset(CHANNELS)


def channels_asking_for_consent() -> list[Channel]:
    """Return the channels on which marketing needs consent on file, in the order of the vocabulary."""
    asking = set(ChannelState.objects.filter(needs_consent=True).values_list("channel", flat=True))
    return [channel for channel in CHANNELS if channel in asking]


def connection_of(channel: Channel) -> ChannelState | None:
    """Return how a channel is set up, connected or not; None where nobody has set it up."""
    return ChannelState.objects.filter(channel=channel).first()


def business_profile() -> BusinessProfile:
    """Return the business's own settings; the defaults where nobody has saved any."""
    return BusinessProfile.objects.filter(pk=1).first() or BusinessProfile(pk=1)
