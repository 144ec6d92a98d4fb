"""What the business itself decides: its policies, and which channels it has."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from phonenumbers import SUPPORTED_REGIONS
from simple_history.models import HistoricalRecords

from consent.business_days import UnknownPlace, countries, public_holidays
from consent.vocabulary import CHANNELS, Channel
from contacts.models import validate_time_zone

HOLD_BUSINESS_DAYS = 5
"""After as many business days without review a hold becomes an opt-out (R02), unless the profile says otherwise."""


def _default_region() -> str:
    return settings.DEFAULT_REGION


def _time_zone() -> str:
    return settings.TIME_ZONE


def _holiday_country() -> str:
    return settings.DEFAULT_REGION if settings.DEFAULT_REGION in countries() else ""


def _soft_bounce_limit() -> int:
    return settings.SOFT_BOUNCE_LIMIT


def _soft_bounce_spread_days() -> int:
    return settings.SOFT_BOUNCE_SPREAD_DAYS


def _soft_bounce_window_weeks() -> int:
    return settings.SOFT_BOUNCE_WINDOW_WEEKS


def _region_known(region: str) -> None:
    if region not in SUPPORTED_REGIONS:
        raise ValidationError(f"No phone numbers are known for “{region}”. Give two letters such as US, GB or FR.")


def _between(least: int, most: int) -> list[MinValueValidator | MaxValueValidator]:
    return [MinValueValidator(least, f"At least {least}."), MaxValueValidator(most, f"At most {most}.")]


class BusinessProfile(models.Model):
    """The one row of settings that compliance edits.

    Where the environment has such a value too (docs/deployment.md), it is what the row begins with; from the first
    saving on the row wins.
    """

    name = models.CharField(max_length=120, default="Our business", help_text="As people know it. Callers hear it.")
    legal_name = models.CharField(max_length=160, blank=True, help_text="As it is registered, for footers and proofs.")
    sms_opt_out_line = models.CharField(
        "line under SMS",
        max_length=160,
        default="Reply STOP to opt out.",
        help_text="Ends every marketing text. It has to offer STOP.",
    )
    email_footer = models.TextField(
        "footer under e-mail",
        max_length=2000,
        blank=True,
        help_text="Name and postal address, which the law asks for. The unsubscribe link is added by itself.",
    )
    help_text = models.TextField(
        "answer to HELP",
        max_length=480,
        default="Reply STOP to opt out.",
        blank=True,
        help_text="Sent to who texts HELP, unless the provider says that it answered. Empty: no answer of ours.",
    )
    default_region = models.CharField(
        max_length=2,
        default=_default_region,
        validators=[_region_known],
        help_text="Country of phone numbers written without one, such as US or FR.",
    )
    time_zone = models.CharField(
        max_length=64,
        default=_time_zone,
        validators=[validate_time_zone],
        help_text="In which staff read times, and in which business days begin and end.",
    )
    holiday_country = models.CharField(
        max_length=2,
        default=_holiday_country,
        blank=True,
        help_text="Whose public holidays are no business days, such as US. Empty: Saturdays and Sundays alone.",
    )
    holiday_region = models.CharField(
        max_length=10, blank=True, help_text="State or province with holidays of its own, such as CA or BY."
    )
    soft_bounce_limit = models.PositiveSmallIntegerField(
        default=_soft_bounce_limit,
        validators=_between(2, 50),
        help_text="So many soft bounces count as a dead mailbox (R10),",
    )
    soft_bounce_spread_days = models.PositiveSmallIntegerField(
        default=_soft_bounce_spread_days,
        validators=_between(1, 180),
        help_text="spread over more than so many days,",
    )
    soft_bounce_window_weeks = models.PositiveSmallIntegerField(
        default=_soft_bounce_window_weeks, validators=_between(1, 52), help_text="within so many weeks."
    )
    hold_business_days = models.PositiveSmallIntegerField(
        "review-hold business days",
        default=HOLD_BUSINESS_DAYS,
        validators=_between(1, 9),
        help_text="After so many a held message counts as an opt-out (R02). The law's ceiling is 10.",
    )
    delivery_retention_days = models.PositiveSmallIntegerField(
        default=90,
        validators=_between(7, 3650),
        help_text="After so many the raw body of a settled delivery is purged. What it did stays for good.",
    )
    evidence_queue_days = models.PositiveSmallIntegerField(
        default=30, validators=_between(1, 365), help_text="After so many, evidence that nobody reviewed expires."
    )
    evidence_max_megabytes = models.PositiveSmallIntegerField(
        "evidence file size",
        default=10,
        validators=_between(1, 100),
        help_text="Megabytes that a proof file may have.",
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
        constraints = [
            models.CheckConstraint(name="profile_single_row", condition=Q(id=1)),
            models.CheckConstraint(
                name="profile_holds_end_in_time", condition=Q(hold_business_days__gte=1, hold_business_days__lte=9)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse settings that contradict each other. Raises: ValidationError, by field."""
        if "stop" not in self.sms_opt_out_line.lower():
            raise ValidationError({"sms_opt_out_line": "It has to offer STOP, such as “Reply STOP to opt out.”"})
        if (self.soft_bounce_spread_days or 0) >= (self.soft_bounce_window_weeks or 0) * 7:
            raise ValidationError(
                {"soft_bounce_spread_days": "It has to be shorter than the weeks in which bounces are counted."}
            )
        try:
            public_holidays(self.holiday_country, self.holiday_region)
        except UnknownPlace as unknown:
            raise ValidationError({f"holiday_{unknown.field}": str(unknown)}) from unknown
        if self.holiday_region and not self.holiday_country:
            raise ValidationError(
                {"holiday_country": "A region needs its country. Choose that too, or empty the region."}
            )


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
    needs_consent = models.BooleanField("marketing needs consent on file", default=False)
    consent_months = models.PositiveSmallIntegerField(
        "consent lasts", null=True, blank=True, help_text="Months from when it was given. Empty: it never runs out."
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = "channel"
        constraints = [
            models.CheckConstraint(
                name="retired_channel_stays_off", condition=~Q(channel=Channel.GMB.value) | Q(connected=False)
            ),
            models.CheckConstraint(
                name="channel_consent_lasts", condition=Q(consent_months__isnull=True) | Q(consent_months__gte=1)
            ),
            models.CheckConstraint(
                name="channel_forwards_calls_to_a_number",
                condition=Q(forward_to="") | Q(channel=Channel.CALL.value, forward_to__regex=r"^\+[1-9][0-9]{4,14}$"),
            ),
        ]

    def __str__(self) -> str:
        return Channel(self.channel).label
