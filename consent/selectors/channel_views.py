"""Every channel as a screen shows it: connected or not, its provider's doors and secrets, and how they fare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from consent.models import ChannelState
from consent.providers.catalogue import PROVIDERS, Door, Provider, Secret, provider_named
from consent.selectors.door_health import DoorHealth, door_health
from consent.selectors.secrets import choices, is_set, variable_of
from consent.vocabulary import CHANNELS, RETIRED_CHANNELS, Channel
from contacts.values import staff_name


@dataclass(frozen=True, slots=True)
class SecretView:
    """One secret by its name. `is_set` is all that is told of its value; `shared_with` who else uses it.

    `variable` is the one that counts, `choices` those that compliance may name; empty for what locks no door.
    """

    secret: Secret
    variable: str
    is_set: bool
    choices: tuple[str, ...]
    shared_with: tuple[Channel, ...]

    @property
    def can_choose(self) -> bool:
        """Whether there is another variable to choose."""
        return any(name != self.variable for name in self.choices)


@dataclass(frozen=True, slots=True)
class DoorView:
    """One door with the address that the provider is given."""

    door: Door
    url: str
    health: DoorHealth


@dataclass(frozen=True, slots=True)
class ChannelView:
    """One channel. `changed_at` and `changed_by` are those of the last switch; None and "" where there was none.

    `known` is its provider where we have a door for it, `choices` are those that the channel could have.
    """

    channel: Channel
    connected: bool
    provider: str
    account: str
    forward_to: str
    changed_at: datetime | None
    changed_by: str
    known: Provider | None
    choices: tuple[Provider, ...]
    doors: tuple[DoorView, ...]
    secrets: tuple[SecretView, ...]
    needs_consent: bool = False
    consent_months: int | None = None

    @property
    def takes_calls(self) -> bool:
        return self.channel is Channel.CALL

    @property
    def steps(self) -> tuple[str, ...]:
        """What to configure at the provider; nothing where there is none."""
        return self.known.set_up(self.channel)[0] if self.known else ()

    @property
    def test(self) -> str:
        """How to see that it works."""
        return self.known.set_up(self.channel)[1] if self.known else ""

    @property
    def is_retired(self) -> bool:
        return self.channel in RETIRED_CHANNELS

    @property
    def is_another(self) -> bool:
        """Whether the provider is one that we have no door for."""
        return bool(self.provider) and self.known is None


def channel_views(*, day: date, base_url: str) -> tuple[ChannelView, ...]:
    """Return all channels in the order of the vocabulary, those without a row as disconnected.

    Shape: `day` is today (UTC), `base_url` how providers reach us, without a slash at its end.
    """
    rows = {row.channel: row for row in ChannelState.objects.all()}
    newest = ChannelState.history.order_by("channel", "-history_date", "-history_id").distinct("channel")
    switched = {change.channel: change for change in newest.select_related("history_user")}
    known = {channel: _known(channel, rows.get(channel)) for channel in CHANNELS}
    doors = {door.name for provider in known.values() if provider for door in provider.doors}
    health = door_health(sorted(doors), day=day)
    return tuple(
        _view(channel, rows.get(channel), switched.get(channel), known=known, health=health, base_url=base_url)
        for channel in CHANNELS
    )


def _known(channel: Channel, row: ChannelState | None) -> Provider | None:
    provider = provider_named(row.provider) if row is not None else None
    return provider if provider is not None and channel in provider.channels else None


def _view(
    channel: Channel,
    row: ChannelState | None,
    change: object | None,
    *,
    known: dict[Channel, Provider | None],
    health: dict[str, DoorHealth],
    base_url: str,
) -> ChannelView:
    user = getattr(change, "history_user", None)
    provider = known[channel]
    others = tuple(each for each, used in known.items() if provider and used is provider and each is not channel)
    return ChannelView(
        channel=channel,
        connected=row is not None and row.connected,
        provider=row.provider if row else "",
        account=row.account if row else "",
        forward_to=row.forward_to if row else "",
        changed_at=getattr(change, "history_date", None),
        changed_by=staff_name(user),
        known=provider,
        choices=tuple(each for each in PROVIDERS.values() if channel in each.channels),
        doors=tuple(
            DoorView(door, f"{base_url}{door.path}", health[door.name])
            for door in (provider.doors if provider else ())
            if channel in door.channels
        ),
        secrets=_secrets(provider, others) if provider else (),
        needs_consent=row is not None and row.needs_consent,
        consent_months=row.consent_months if row else None,
    )


def _secrets(provider: Provider, others: tuple[Channel, ...]) -> tuple[SecretView, ...]:
    return tuple(
        SecretView(
            secret,
            variable=variable_of(provider.code, secret),
            is_set=is_set(provider.code, secret),
            choices=tuple(choices(provider.code, secret)) if secret.locks_a_door else (),
            shared_with=others,
        )
        for secret in provider.secrets
    )
