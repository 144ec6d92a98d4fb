"""A reviewer's judgement of a held message or a signal: the proof that the `reviewer` route rests on."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from consent.models.append_only import refuse_truncate
from contacts.blanking import append_only_but, is_blanking
from contacts.vocabulary import Word

_OF_THE_PERSON = """EXISTS (
    SELECT 1 FROM consent_suppression judged
    WHERE judged.id = OLD.suppression_id
      AND (judged.contact_id = ANY (erasure.contact_ids) OR judged.address_id = ANY (erasure.address_ids))
)"""


class Verdict(Word):
    OPT_OUT = "opt_out", "It was an opt-out"
    NOT_OPT_OUT = "not_opt_out", "It was no opt-out"
    FALSE_POSITIVE = "false_positive", "The signal was wrong"
    NUMBER_CORRECTED = "number_corrected", "The number was corrected"


class Review(models.Model):
    """Who judged what, when, and why. Never changed."""

    suppression = models.ForeignKey("consent.Suppression", models.PROTECT, related_name="reviews")
    verdict = models.CharField(max_length=20, choices=Verdict.choices())
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    note = models.TextField()
    decided_at = models.DateTimeField()

    class Meta:
        permissions = [("decide_review", "Can judge review holds and false positives")]
        constraints = [models.CheckConstraint(name="review_has_note", condition=~Q(note=""))]
        triggers = [append_only_but(is_blanking("note", about=_OF_THE_PERSON)), refuse_truncate()]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} ({self.decided_at:%Y-%m-%d})"
