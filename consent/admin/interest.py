"""No interest: the messages that close a lead and silence nobody."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from consent.admin import links
from consent.admin.holds import check_may_read
from consent.models import InboundMessage
from consent.selectors.interest import soft_disinterest
from consent.selectors.people import names
from consent.vocabulary import Disposition
from contacts.models import ContactAddress

MOST = 200


def view(request: HttpRequest) -> HttpResponse:
    """Show the newest messages without interest, with how each closes its lead."""
    check_may_read(request)
    chosen = request.GET.get("disposition", "")
    found = list(soft_disinterest(chosen if chosen in set(Disposition) else "")[:MOST])
    context = {
        **admin.site.each_context(request),
        "title": "No interest",
        "lines": _lines(found),
        "dispositions": list(Disposition),
        "chosen": chosen,
        "most": MOST,
    }
    return TemplateResponse(request, "consent/holds/interest.html", context)


def _lines(found: list[InboundMessage]) -> list[dict[str, object]]:
    holders: dict[int, list[int]] = {}
    rows = ContactAddress.objects.filter(address_id__in={message.address_id for message in found})
    for address_id, contact_id in rows.order_by("contact_id").values_list("address_id", "contact_id"):
        holders.setdefault(address_id, []).append(contact_id)
    known = names(contact_ids={contact for held in holders.values() for contact in held}).contacts
    return [
        {
            "when": links.moment(message.occurred_at),
            "channel": message.get_channel_display(),
            "address": message.address.shown,
            "people": [
                links.contact(each, known[each]) for each in holders.get(message.address_id, []) if each in known
            ],
            "body": message.body,
            "closes": Disposition(message.disposition).label if message.disposition else "",
        }
        for message in found
    ]
