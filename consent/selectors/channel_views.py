"""Every channel as a screen shows it: connected or not, by whom switched, how many it silences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from consent.models import ChannelState
from consent.vocabulary import CHANNELS, RETIRED_CHANNELS, Channel


@dataclass(frozen=True, slots=True)
class ChannelView:
    """One channel. `changed_at` and `changed_by` are those of the last switch; None and "" where there was none."""

    channel: Channel
    connected: bool
    provider: str
    account: str
    forward_to: str
    changed_at: datetime | None
    changed_by: str
    needs_consent: bool = False
    consent_months: int | None = None

    @property
    def takes_calls(self) -> bool:
        return self.channel is Channel.CALL

    @property
    def is_retired(self) -> bool:
        return self.channel in RETIRED_CHANNELS


def channel_views() -> tuple[ChannelView, ...]:
    """Return all channels in the order of the vocabulary, those without a row as disconnected."""
    rows = {row.channel: row for row in ChannelState.objects.all()}
    newest = ChannelState.history.order_by("channel", "-history_date", "-history_id").distinct("channel")
    switched = {change.channel: change for change in newest.select_related("history_user")}
    return tuple(_view(channel, rows.get(channel), switched.get(channel)) for channel in CHANNELS)


def _view(channel: Channel, row: ChannelState | None, change: object | None) -> ChannelView:
    user = getattr(change, "history_user", None)
    return ChannelView(
        channel=channel,
        connected=row is not None and row.connected,
        provider=row.provider if row else "",
        account=row.account if row else "",
        forward_to=row.forward_to if row else "",
        changed_at=getattr(change, "history_date", None),
        changed_by=user.get_username() if user else "",
        needs_consent=row is not None and row.needs_consent,
        consent_months=row.consent_months if row else None,
    )
