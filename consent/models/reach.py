"""Whom each channel reaches, one row for each contact: a projection that the database keeps, and never a truth.

Suppressions are the truth, and the gate at the moment of sending reads them. This serves what asks about a million
people at once: audiences, counts, and the filters of the contacts list. Statement-level triggers keep it, so that COPY,
`bulk_create` and plain SQL can't pass it by. They are in the migration, with the functions behind them, and with the
primary key's index, which carries the columns that an audience reads.
"""

from __future__ import annotations

from django.db import models

from consent.vocabulary import Channel, Reason

CHANNEL_BITS: dict[Channel, int] = {
    Channel.SMS: 1,
    Channel.CALL: 2,
    Channel.EMAIL: 4,
    Channel.WHATSAPP: 8,
    Channel.FACEBOOK: 16,
    Channel.GMB: 32,
    Channel.ALL: 63,
}
"""The bit of each channel in the masks, as the database's own function has it."""

REASON_BITS: dict[Reason, int] = {
    Reason.OPT_OUT: 1 << 0,
    Reason.REVIEW_HOLD: 1 << 1,
    Reason.PROVIDER_OPT_OUT: 1 << 2,
    Reason.CARRIER_BLOCK: 1 << 3,
    Reason.UNREACHABLE: 1 << 4,
    Reason.UNKNOWN_NUMBER: 1 << 5,
    Reason.LANDLINE: 1 << 6,
    Reason.BOUNCE: 1 << 7,
    Reason.UNSUBSCRIBE: 1 << 8,
    Reason.SPAM_COMPLAINT: 1 << 9,
    Reason.MANUAL: 1 << 10,
    Reason.DO_NOT_CONTACT: 1 << 11,
    Reason.WRONG_NUMBER: 1 << 12,
    Reason.DECEASED: 1 << 13,
    Reason.HOSTILE: 1 << 14,
    Reason.BLOCKED: 1 << 15,
    Reason.OBJECTION: 1 << 16,
    Reason.IMPORTED: 1 << 17,
}
OTHER_REASON_BIT = 1 << 30
"""Where a reason without a bit of its own is kept; whoever asks for one looks at the suppressions besides."""


class Reach(models.Model):
    """The address that each kind of message would use, and what stands against it.

    No row means: no address, and nothing stands. `gone` says that the contact is deleted or erased; nothing else is
    told of it then.
    Shape: masks of `CHANNEL_BITS`. `refused` is the gate's view for marketing and conversation at the address to use,
    `barred` the same for transactional messages; neither looks at connected channels, lists or the contact's having an
    address at all. `temporary` and `permanent` are the DND that staff see, over every address held.
    """

    contact = models.OneToOneField(
        "contacts.Contact", models.CASCADE, primary_key=True, related_name="reach", db_constraint=False
    )
    # Plain numbers: the triggers write rows by the hundred thousand, and foreign keys would be checked one by one.
    phone_id = models.BigIntegerField(null=True)
    email_id = models.BigIntegerField(null=True)
    messenger_id = models.BigIntegerField(null=True)
    gmb_id = models.BigIntegerField(null=True)
    refused = models.SmallIntegerField(default=0)
    barred = models.SmallIntegerField(default=0)
    temporary = models.SmallIntegerField(default=0)
    permanent = models.SmallIntegerField(default=0)
    reasons = models.IntegerField(default=0)
    blocked = models.BooleanField(default=False)
    gone = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "reach"
        default_permissions = ()
        indexes = [
            # Few of all: what the filters of the contacts list walk, the newest contact first.
            models.Index(
                name="reach_standing",
                fields=["contact"],
                include=["temporary", "permanent", "reasons", "blocked"],
                condition=~models.Q(temporary=0, permanent=0, blocked=False),
            ),
        ]

    def __str__(self) -> str:
        return f"reach of contact {self.pk}"


class SharedAddress(models.Model):
    """An address that several contacts hold: few of all, so that an audience looks for doubles among these alone."""

    address_id = models.BigIntegerField(primary_key=True)

    class Meta:
        verbose_name_plural = "shared addresses"
        default_permissions = ()

    def __str__(self) -> str:
        return f"address {self.pk}"
