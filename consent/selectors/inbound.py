"""What may not come in: blocks and inbound DND."""

from __future__ import annotations

from collections.abc import Iterable

from consent.selectors.standing import active_suppressions, holder_ids
from consent.values import ActiveSuppression
from consent.vocabulary import Channel, Direction


def refused_inbound(*, address_id: int, channel: Channel) -> ActiveSuppression | None:
    """Return what refuses a message or call from an address, or None. One holder's block is enough."""
    return refusing(active_suppressions(contact_ids=holder_ids(address_id), address_ids=[address_id]), channel=channel)


def refusing(standing: Iterable[ActiveSuppression], *, channel: Channel) -> ActiveSuppression | None:
    """Return what refuses a message or call on this channel among what stands for its sender, or None."""
    inbound = (row for row in standing if row.direction is Direction.INBOUND and row.channel in {channel, Channel.ALL})
    return next(inbound, None)
