"""Suppressions: the standing reasons not to contact, and the database's own guard over them."""

from __future__ import annotations

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from consent.models import suppression_guard as guard
from consent.models.append_only import refuse_delete, refuse_truncate
from consent.models.known_words import KnownTogether, written
from consent.rules import LIFT_ROUTES
from consent.vocabulary import Channel, Covers, Direction, EventKind, Kind, LiftRoute, Reason, Source
from contacts.blanking import append_only_but, is_blanking
from contacts.history_indexes import without_needless_indexes

REVIEWED = (Reason.REVIEW_HOLD, Reason.WRONG_NUMBER, Reason.DECEASED, Reason.HOSTILE)
"""What a reviewer judges: held messages, and signals that may be false."""


def _known_pairs() -> KnownTogether:
    """Return the condition that reason and kind are a pair that some rule sets."""
    return KnownTogether("reason", "kind", known=written((reason.value, kind.value) for reason, kind in LIFT_ROUTES))


def _open_routes() -> Q:
    """Return the condition that a lifted row was lifted by a route that its reason and kind leave open."""
    known = written(
        (reason.value, kind.value, route.value) for (reason, kind), routes in LIFT_ROUTES.items() for route in routes
    )
    return Q(lifted_at__isnull=True) | Q(KnownTogether("reason", "kind", "lift_route", known=known))


class Suppression(models.Model):
    """One standing reason not to contact an address, a contact, or both.

    It is never deleted; it is lifted. `since` is the time of the act that set it, `reaffirmed_at` the newest act that
    says so again, `recorded_at` ours. `detail` is the word or code that told us, never free text.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    address = models.ForeignKey(
        "contacts.Address", models.PROTECT, null=True, related_name="suppressions", db_index=False
    )
    contact = models.ForeignKey("contacts.Contact", models.PROTECT, null=True, related_name="suppressions")
    channel = models.CharField(max_length=16, choices=Channel.choices())
    direction = models.CharField(max_length=16, choices=Direction.choices(), default=Direction.OUTBOUND)
    reason = models.CharField(max_length=32, choices=Reason.choices())
    kind = models.CharField(max_length=16, choices=Kind.choices())
    covers = models.CharField(max_length=24, choices=Covers.choices(), default=Covers.EVERYTHING)
    rule = models.CharField(max_length=8)
    set_kind = models.CharField(max_length=32, choices=EventKind.choices())
    source = models.CharField(max_length=16, choices=Source.choices())
    set_by = models.CharField(max_length=64)
    detail = models.CharField(max_length=80, blank=True)
    note = models.TextField(blank=True)
    set_event_id = models.UUIDField()
    since = models.DateTimeField()
    reaffirmed_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    lifted_at = models.DateTimeField(null=True, blank=True)
    lift_route = models.CharField(max_length=32, choices=LiftRoute.choices(), blank=True)
    lifted_by = models.CharField(max_length=64, blank=True)
    lift_note = models.TextField(blank=True)
    lift_event_id = models.UUIDField(null=True, blank=True)
    lift_message = models.ForeignKey(
        "consent.InboundMessage", models.PROTECT, null=True, related_name="lifts", db_index=False
    )
    lift_review = models.ForeignKey("consent.Review", models.PROTECT, null=True, related_name="lifts", db_index=False)
    evidence = models.ForeignKey("consent.Evidence", models.PROTECT, null=True, related_name="lifts", db_index=False)
    attestation = models.JSONField(null=True, blank=True)

    # Rows are written by bulk statements, which send no signals: a trigger keeps this history.
    # It is looked up by the suppression, which never changes whom it names; every other index would cost each STOP and
    # each row of a bulk action its writing.
    history = HistoricalRecords(
        no_db_index=["public_id", "address", "contact", "lift_message", "lift_review", "evidence"]
    )

    class Meta:
        permissions = [
            ("set_dnd", "Can set DND, lift temporary DND, record an opt-out, block and unblock"),
            ("export_suppression", "Can export the register"),
        ]
        constraints = [
            models.UniqueConstraint(
                # The contact first, and all that is asked of what stands: so it serves the look-ups by contact too.
                name="suppression_one_active",
                fields=["contact", "address", "channel", "direction", "reason"],
                include=["covers", "kind"],
                condition=Q(lifted_at__isnull=True),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="suppression_names_someone", condition=Q(address__isnull=False) | Q(contact__isnull=False)
            ),
            models.CheckConstraint(name="suppression_reason_and_kind_known", condition=_known_pairs()),
            models.CheckConstraint(name="suppression_route_is_open", condition=_open_routes()),
            models.CheckConstraint(
                name="suppression_lifted_whole",
                condition=(
                    Q(lifted_at__isnull=True, lift_event_id__isnull=True, lift_route="", lifted_by="", lift_note="")
                    & Q(lift_message__isnull=True, lift_review__isnull=True, evidence__isnull=True)
                    & Q(attestation__isnull=True)
                )
                | (Q(lifted_at__isnull=False, lift_event_id__isnull=False) & ~Q(lift_route="") & ~Q(lifted_by="")),
            ),
            models.CheckConstraint(
                name="suppression_permanent_never_expires",
                condition=~Q(kind=Kind.PERMANENT.value) | Q(expires_at__isnull=True),
            ),
            models.CheckConstraint(
                name="suppression_opt_in_needs_message",
                condition=~Q(lift_route__in=[LiftRoute.CONTACT_OPT_IN.value, LiftRoute.PREFERENCE_PAGE.value])
                | Q(lift_message__isnull=False),
            ),
            models.CheckConstraint(
                name="suppression_evidence_route_needs_it",
                condition=~Q(lift_route=LiftRoute.APPROVED_EVIDENCE.value) | Q(evidence__isnull=False),
            ),
            models.CheckConstraint(
                name="suppression_reviewer_route_needs_review",
                condition=~Q(lift_route__in=[LiftRoute.REVIEWER.value, LiftRoute.NUMBER_CORRECTED.value])
                | Q(lift_review__isnull=False),
            ),
            models.CheckConstraint(
                name="suppression_expiry_after_end",
                condition=~Q(lift_route=LiftRoute.EXPIRY.value)
                | Q(expires_at__isnull=False, lifted_at__gte=models.F("expires_at")),
            ),
            models.CheckConstraint(
                name="suppression_bounce_lift_attested",
                condition=~Q(reason=Reason.BOUNCE.value, lift_route=LiftRoute.STAFF.value)
                | Q(attestation__provider_entry_removed=True, attestation__address_validated=True),
            ),
            models.CheckConstraint(
                name="suppression_unsubscribe_lift_told",
                condition=~Q(reason=Reason.UNSUBSCRIBE.value, lift_route=LiftRoute.STAFF.value)
                | Q(attestation__has_keys=["consent_given_at", "consent_how", "consent_text"]),
            ),
        ]
        indexes = [
            models.Index(
                name="suppression_active_address",
                fields=["address"],
                include=["channel", "direction", "covers", "kind", "reason"],
                condition=Q(lifted_at__isnull=True, address__isnull=False),
            ),
            # Not of the rows that name none: they are most, and each index that a row is in costs its writing.
            *(
                models.Index(name=f"suppression_{name}", fields=[name], condition=Q(**{f"{name}__isnull": False}))
                for name in ("address", "lift_message", "lift_review", "evidence")
            ),
            models.Index(
                name="suppression_due",
                fields=["expires_at"],
                condition=Q(lifted_at__isnull=True, expires_at__isnull=False),
            ),
            models.Index(name="suppression_newest", fields=["-recorded_at", "-id"]),
            # Few of millions: what reviewers look at, and what the clock asks about every minute.
            models.Index(
                name="suppression_to_review",
                fields=["reason", "since"],
                condition=Q(lifted_at__isnull=True, reason__in=[reason.value for reason in REVIEWED]),
            ),
        ]
        triggers = [
            refuse_delete(),
            refuse_truncate(),
            pgtrigger.Trigger(
                name="starts_active",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition(guard.BEGINS_OTHERWISE),
                func=guard.STARTS_ACTIVE,
            ),
            pgtrigger.Trigger(
                name="guard",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                declare=guard.DECLARATIONS,
                func=guard.GUARD,
            ),
            pgtrigger.Trigger(
                name="stands_elsewhere",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Condition(guard.ENDS_EVERYWHERE),
                declare=guard.DECLARATIONS,
                func=guard.STANDS_ELSEWHERE,
            ),
            *guard.keep_history(),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} on {self.get_channel_display()}"


without_needless_indexes(Suppression.history.model)
_blanked = is_blanking("note", "lift_note", "history_change_reason", about=guard.ABOUT, json=["attestation"])
for _trigger in (append_only_but(_blanked), refuse_truncate()):
    pgtrigger.register(_trigger)(Suppression.history.model)
