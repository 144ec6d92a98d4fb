"""What the business itself decides: its policies, and which channels it has."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from consent.vocabulary import CHANNELS, Channel


class BusinessProfile(models.Model):
    """The one row of settings that compliance edits."""

    name = models.CharField(max_length=120, default="Our business")
    help_text = models.TextField(
        "answer to HELP",
        default="Reply STOP to opt out.",
        help_text="Sent to who asks for help, unless the provider did.",
    )
    opt_in_on_any_message = models.BooleanField(
        "any message opts in",
        default=False,
        help_text=(
            "Danger: a person who texted STOP and later writes anything at all is opted back in. "
            "US rules call a revoked consent definitively revoked. Leave this off unless a lawyer asked for it."
        ),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "business profile"
        constraints = [models.CheckConstraint(name="profile_single_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return self.name


class ChannelState(models.Model):
    """Whether a channel is connected. Disconnecting keeps every suppression; they apply again on reconnection."""

    channel = models.CharField(max_length=16, choices=[(each.value, each.label) for each in CHANNELS], unique=True)
    connected = models.BooleanField(default=False)
    provider = models.CharField(max_length=40, blank=True)
    account = models.CharField(max_length=120, blank=True)
    forward_to = models.CharField(
        "forward calls to",
        max_length=16,
        blank=True,
        help_text="Calls only: the number that rings, as +15035550100. Empty: callers hear the business's name.",
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = "channel"
        constraints = [
            models.CheckConstraint(
                name="retired_channel_stays_off", condition=~Q(channel=Channel.GMB.value) | Q(connected=False)
            ),
            models.CheckConstraint(
                name="channel_forwards_calls_to_a_number",
                condition=Q(forward_to="") | Q(channel=Channel.CALL.value, forward_to__regex=r"^\+[1-9][0-9]{4,14}$"),
            ),
        ]

    def __str__(self) -> str:
        return Channel(self.channel).label
