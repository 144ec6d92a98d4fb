"""The contact page's tab "Consent on file"."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from consent.admin import consent_words, links
from consent.selectors.channels import channels_asking_for_consent
from consent.selectors.consents import of_contact
from consent.selectors.people import names
from contacts.models import Contact
from contacts.selectors import addresses_of

MOST = 100


def render(request: HttpRequest, contact: Contact) -> str:
    """Return the tab: every consent, the newest first, and what the channels ask for."""
    now = timezone.now()
    records = list(of_contact(contact.pk, [address.id for address in addresses_of(contact.pk)])[:MOST])
    known = names(actors={record.recorded_by for record in records})
    rows = [
        {
            "agreed": consent_words.agreed(record),
            "words": consent_words.words(record),
            "text": consent_words.text_shown(record),
            "where": consent_words.where(record),
            "state": links.mark(*reversed(consent_words.state(record, now=now))),
            "by": known.actor(record.recorded_by),
            "recorded": links.moment(record.recorded_at),
            "evidence_id": record.evidence_id,
            "is_of_number": record.contact_id is None,
            "note": record.note,
        }
        for record in records
    ]
    context = {
        "contact": contact,
        "rows": rows,
        "asking": [channel.label for channel in channels_asking_for_consent()],
        "may_record": request.user.has_perm("consent.add_consentrecord"),
    }
    return render_to_string("consent/consents/panel.html", context, request=request)
