"""The words that this business adds to those that ship: each save is a version of its own, kept for good."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from consent.models.append_only import append_only


class WordListVersion(models.Model):
    """All of the business's own words and phrases as one save left them.

    `entries` holds objects of `kind`, `label`, `language` and `text` (see services/words.py). The newest version is in
    force; messages keep the version they were read by.
    """

    number = models.PositiveIntegerField(primary_key=True)
    entries = models.JSONField()
    note = models.CharField(max_length=300, help_text="What was changed, and why.")
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = "word list version"
        constraints = [
            models.CheckConstraint(name="word_list_numbered", condition=Q(number__gte=1)),
            models.CheckConstraint(name="word_list_has_note", condition=~Q(note="")),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"Words, version {self.number}"
