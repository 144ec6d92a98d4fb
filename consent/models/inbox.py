"""What providers delivered to our doors, raw, and the messages read out of it."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from consent.models.append_only import refuse_delete, refuse_truncate
from consent.vocabulary import Channel, MessageClass
from contacts.blanking import ABOUT_ADDRESS, append_only_but, is_blanking
from contacts.vocabulary import Word


class DeliveryStatus(Word):
    """Where one delivery stands between the door and its effect."""

    PENDING = "pending", "Waiting"
    PROCESSED = "processed", "Processed"
    IGNORED = "ignored", "Nothing to do"
    FAILED = "failed", "Failed"
    CONFLICT = "conflict", "Same id, other body"


class Delivery(models.Model):
    """One authentic request of a provider, stored before anything else is done with it.

    `event_id` is the provider's own id of the event, or a hash of the body where it sends none. The body stays as it
    came until retention purges it (`purged_at`: `body` is empty, the hash stays), which only settled ones are.
    """

    provider = models.CharField(max_length=32)
    door = models.CharField(max_length=32)
    event_id = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    body = models.BinaryField()
    content_type = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField()
    status = models.CharField(max_length=16, choices=DeliveryStatus.choices(), default=DeliveryStatus.PENDING)
    reason = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    processed_at = models.DateTimeField(null=True)
    purged_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(name="delivery_once", fields=["provider", "event_id"]),
            models.CheckConstraint(
                name="delivery_done_has_time",
                condition=~Q(status__in=["processed", "ignored"]) | Q(processed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="delivery_purged_once_settled",
                condition=Q(purged_at__isnull=True) | Q(status__in=["processed", "ignored"], body=b""),
            ),
        ]
        indexes = [
            models.Index(
                name="delivery_due", fields=["next_attempt_at"], condition=Q(status__in=["pending", "failed"])
            ),
            models.Index(name="delivery_newest", fields=["-received_at"]),
            models.Index(name="delivery_by_door", fields=["door", "-received_at"]),
            models.Index(
                name="delivery_trouble",
                fields=["door", "-received_at"],
                condition=Q(status__in=["failed", "conflict"]),
            ),
            models.Index(
                name="delivery_to_purge",
                fields=["received_at"],
                condition=Q(purged_at__isnull=True, status__in=["processed", "ignored"]),
            ),
        ]
        triggers = [
            refuse_delete(),
            refuse_truncate(),
            pgtrigger.Protect(
                name="raw_is_immutable",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.provider IS DISTINCT FROM NEW.provider OR OLD.event_id IS DISTINCT FROM NEW.event_id"
                    " OR OLD.body_hash IS DISTINCT FROM NEW.body_hash"
                    " OR OLD.received_at IS DISTINCT FROM NEW.received_at"
                    " OR (OLD.body IS DISTINCT FROM NEW.body AND length(NEW.body) > 0)"
                    " OR (OLD.purged_at IS NOT NULL AND OLD.purged_at IS DISTINCT FROM NEW.purged_at)"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"


class InboundMessage(models.Model):
    """One act of a person, verbatim, and how it was read: a text, or a choice made in an app.

    A delivery may bring several (`position`). `opts_in` makes it a proof that a lift may rest on.
    `refused_inbound`: it came from a blocked or inbound-DND contact, counted for consent, and is in no conversation.
    """

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="messages")
    position = models.PositiveSmallIntegerField(default=0)
    address = models.ForeignKey("contacts.Address", models.PROTECT, related_name="messages")
    channel = models.CharField(max_length=16, choices=Channel.choices())
    sent_to = models.CharField(max_length=120, blank=True)
    body = models.TextField(blank=True)
    message_class = models.CharField(max_length=16, choices=MessageClass.choices())
    rule = models.CharField(max_length=8)
    matched_by = models.CharField(max_length=20, blank=True)
    matched = models.CharField(max_length=80, blank=True)
    word_list = models.CharField(max_length=40, blank=True)
    signal = models.CharField(max_length=20, blank=True)
    disposition = models.CharField(max_length=20, blank=True)
    opts_in = models.BooleanField(default=False)
    refused_inbound = models.BooleanField(default=False)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="message_once", fields=["delivery", "position"])]
        indexes = [models.Index(name="message_by_address", fields=["address", "-id"])]
        triggers = [append_only_but(is_blanking("body", about=ABOUT_ADDRESS)), refuse_truncate()]

    def __str__(self) -> str:
        return f"{self.get_message_class_display()} on {self.get_channel_display()}"


class DoorCounter(models.Model):
    """How often a door refused a request, per day: a refused request leaves nothing else behind."""

    door = models.CharField(max_length=32)
    cause = models.CharField(max_length=32)
    day_date = models.DateField()
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="door_counter_once", fields=["door", "cause", "day_date"])]

    def __str__(self) -> str:
        return f"{self.door}: {self.cause} {self.day_date}"
