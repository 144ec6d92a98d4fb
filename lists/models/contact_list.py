"""Lists: what a contact can be on, and leave, apart from every other."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from consent.models.append_only import append_only
from lists.vocabulary import ListPurpose


class ContactList(models.Model):
    """A marketing or notice list.

    An archived list takes no new members and no sends; its opt-outs go on, for links and keywords of old messages.
    """

    slug = models.SlugField(unique=True, max_length=80, help_text="What integrations call it. It never changes.")
    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=16, choices=ListPurpose.choices(), default=ListPurpose.MARKETING)
    description = models.TextField(blank=True)
    public_name = models.CharField(
        max_length=120, blank=True, help_text="What contacts read on the preference page. Empty: the name."
    )
    public_description = models.TextField(blank=True)
    keyword = models.CharField(
        max_length=120, blank=True, help_text="Texted alone, it opts out of this list. Reserved words are refused."
    )
    keyword_reply = models.TextField("reply to the keyword", blank=True)
    opt_out_list = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="paired opt-out list",
        help_text="Removed contacts may be added to it.",
    )
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    history = HistoricalRecords(history_id_field=models.BigAutoField())

    class Meta:
        verbose_name = "list"
        constraints = [
            models.CheckConstraint(
                name="list_purpose_known", condition=Q(purpose__in=[each.value for each in ListPurpose])
            ),
            models.CheckConstraint(name="list_named", condition=~Q(name="") & ~Q(slug="")),
            models.UniqueConstraint(name="list_keyword_unique", fields=["keyword"], condition=~Q(keyword="")),
            models.CheckConstraint(
                name="list_pairs_with_another",
                condition=Q(opt_out_list__isnull=True) | ~Q(opt_out_list=F("id")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="slug_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.slug IS DISTINCT FROM NEW.slug"),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None


for _trigger in append_only():
    pgtrigger.register(_trigger)(ContactList.history.model)
