"""Opt-in questions: while one is pending, and only then, a bare "yes" is an opt-in."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from consent.models.append_only import refuse_truncate
from consent.vocabulary import Channel
from contacts.blanking import ABOUT_ADDRESS, append_only_but, is_blanking

TEXT_CHANNELS = (Channel.SMS, Channel.WHATSAPP, Channel.FACEBOOK)
"""Where people answer in words."""


class OptInQuestion(models.Model):
    """Somebody asked the person at this address whether they opt in on this channel.

    A fact, never changed: whether it is still open follows from what came since (selectors/questions.py).
    """

    address = models.ForeignKey("contacts.Address", models.PROTECT, related_name="opt_in_questions")
    channel = models.CharField(max_length=16, choices=[(each.value, each.label) for each in TEXT_CHANNELS])
    asked_by = models.CharField(max_length=64)
    note = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = "opt-in question"
        constraints = [
            models.CheckConstraint(name="question_ends_after_it_was_asked", condition=Q(expires_at__gt=F("asked_at"))),
            models.CheckConstraint(
                name="question_on_a_text_channel", condition=Q(channel__in=[each.value for each in TEXT_CHANNELS])
            ),
        ]
        indexes = [models.Index(name="question_by_address", fields=["address", "channel", "-asked_at"])]
        triggers = [append_only_but(is_blanking("note", about=ABOUT_ADDRESS)), refuse_truncate()]

    def __str__(self) -> str:
        return f"Opt-in question on {self.get_channel_display()}"
