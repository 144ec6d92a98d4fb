"""Drift: where the provider's suppression lists and our register differ, and when they were last compared."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from contacts.vocabulary import Word


class DriftSort(Word):
    """Which of the two says no."""

    THEIRS_ONLY = "theirs_only", "They have it, we don't"
    OURS_ONLY = "ours_only", "We have it, they don't"
    LIFTED_HERE = "lifted_here", "Lifted here, still there"


class DriftListing(Word):
    """On which list of the provider's."""

    BOUNCES = "bounces", "Bounces"
    UNSUBSCRIBES = "unsubscribes", "Unsubscribes"
    COMPLAINTS = "complaints", "Complaints"
    REFUSALS = "refusals", "Refused with 21610"


class DriftOutcome(Word):
    """How a difference ended."""

    TAKEN_OVER = "taken_over", "Taken over"
    REMOVED = "removed", "Removed there too"
    GONE = "gone", "Gone at the next comparison"
    STANDS_AGAIN = "stands_again", "Stands here again"


class RemovalState(Word):
    """Where a removal stands."""

    QUEUED = "queued", "Waiting for the worker"
    FAILED = "failed", "Failed"


class Drift(models.Model):
    """One address on which the provider and we differ.

    `domain` is the sending domain, or at Twilio the channel; empty where it is about all of them. `since` is the
    provider's time of its entry, `seen_at` the last comparison that found it. `removal` tells where
    "remove there too" stands, `removal_told` what the provider answered last.
    """

    provider = models.CharField(max_length=32)
    domain = models.CharField(max_length=253, blank=True)
    listing = models.CharField("list", max_length=16, choices=DriftListing.choices())
    sort = models.CharField("difference", max_length=16, choices=DriftSort.choices())
    address = models.ForeignKey("contacts.Address", models.PROTECT, related_name="drifts")
    since = models.DateTimeField(null=True)
    detail = models.CharField(max_length=80, blank=True)
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    removal = models.CharField(max_length=16, choices=RemovalState.choices(), blank=True)
    removal_told = models.CharField(max_length=200, blank=True)
    asked_by = models.CharField(max_length=64, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=16, choices=DriftOutcome.choices(), blank=True)

    class Meta:
        verbose_name = "difference"
        constraints = [
            models.UniqueConstraint(
                name="drift_one_open",
                fields=["provider", "domain", "listing", "address"],
                condition=Q(settled_at__isnull=True),
            ),
            models.CheckConstraint(
                name="drift_settled_whole",
                condition=Q(settled_at__isnull=True, outcome="", settled_by="")
                | (Q(settled_at__isnull=False) & ~Q(outcome="") & ~Q(settled_by="")),
            ),
        ]
        indexes = [
            models.Index(name="drift_open", fields=["sort", "-found_at"], condition=Q(settled_at__isnull=True)),
            models.Index(name="drift_newest", fields=["-found_at", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_sort_display()}: {self.get_listing_display()}"


class DriftRun(models.Model):
    """One comparison with a provider. `error` tells what of it could not be compared."""

    provider = models.CharField(max_length=32)
    ran_at = models.DateTimeField()
    compared = models.PositiveIntegerField(default=0)
    differing = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(name="drift_run_newest", fields=["provider", "-ran_at"])]

    def __str__(self) -> str:
        return f"{self.provider} {self.ran_at:%Y-%m-%d %H:%M}"
