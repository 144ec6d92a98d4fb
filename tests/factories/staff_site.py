"""A small business with something on every screen of the staff site, made by the product's own verbs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from config.api.models import ApiKey
from config.api.services.keys import create_key
from config.api.vocabulary import Scope
from config.webhooks.models import WebhookEndpoint
from config.webhooks.services.endpoints import create_endpoint
from consent.models import Delivery, Drift, Evidence, LedgerEntry, LedgerSeal, OptOutRequest, Suppression
from consent.models.evidence import ConsentMethod
from consent.selectors import addresses_by_channel
from consent.services import dnd, inbox
from consent.services.evidence import Claim, file_evidence
from consent.services.request_log import log_request
from consent.vocabulary import Channel, Source
from contacts.models import Contact
from contacts.values import SYSTEM, Actor
from contacts.vocabulary import ActorKind
from lists import services as lists
from lists.models import ContactList, ListMembership
from lists.values import ListDraft
from tests.factories.contacts import make_contact

FORM = "application/x-www-form-urlencoded"


def text(sid: str, body: str, *, sender: str, at: datetime) -> Delivery:
    """Let a message in through the inbox, as Twilio's door does once the signature holds."""
    fields = {"MessageSid": sid, "From": sender, "To": "+15035559999", "Body": body, "AccountSid": "AC1"}
    accepted = inbox.accept(
        provider="twilio",
        door="twilio.inbound",
        event_id=sid,
        body=urlencode(fields).encode(),
        content_type=FORM,
        at=at,
    )
    inbox.process(delivery_id=accepted.delivery_id, at=at)
    return Delivery.objects.get(pk=accepted.delivery_id)


@dataclass(frozen=True)
class Business:
    """Ada texted STOP and is the owner's own; Bo was silenced by hand; a text from nobody failed.

    Carla wrote something that may be an opt-out (`hold`), and the owner filed evidence for Ada (`claim`).
    """

    ada: Contact
    bo: Contact
    stop: Delivery
    failed: Delivery
    offers: ContactList
    permanent: Suppression
    temporary: Suppression
    entry: LedgerEntry
    membership: ListMembership
    hold: Suppression
    claim: Evidence
    seal: LedgerSeal
    request: OptOutRequest
    api_key: ApiKey
    webhook: WebhookEndpoint
    difference: Drift


def make_business(*, owner_id: int, by: Actor, at: datetime) -> Business:
    """Return the business as it stands at that moment."""
    ada = make_contact("Ada", "Lovelace", phone="+15035550101", email="ada@example.com", owner_id=owner_id)
    bo = make_contact("Bo", "Diddley", phone="+15035550102", email="bo@example.com")
    carla = make_contact("Carla", "Bley", phone="+15035550103")
    stop = text("SM1", "STOP", sender="+15035550101", at=at - timedelta(hours=3))
    failed = text("SM2", "STOP", sender="not a number", at=at - timedelta(hours=2))
    text("SM0", "stop sending so many", sender="+15035550103", at=at - timedelta(hours=4))
    dnd.switch_on(contact_id=bo.pk, channels=[Channel.EMAIL], by=by, at=at - timedelta(hours=1), note="asked")
    offers = lists.create_list(draft=ListDraft(slug="offers", name="Spring offers"), by=SYSTEM, at=at)
    lists.add(list_id=offers.pk, contact_ids=[ada.pk, bo.pk], by=by, at=at)
    lists.opt_out(list_id=offers.pk, contact_ids=[bo.pk], by=by, at=at, source=Source.STAFF)
    claim = file_evidence(
        claim=Claim(
            contact_id=ada.pk,
            address_id=addresses_by_channel(ada.pk)[Channel.SMS][0],
            channels=[Channel.SMS],
            method=ConsentMethod.WEB_FORM,
            wording="Yes, text me offers.",
            consent_given_at=at - timedelta(minutes=5),
        ),
        by=Actor(ActorKind.USER, str(owner_id)),
        at=at,
    )
    return Business(
        ada=ada,
        bo=bo,
        stop=stop,
        failed=failed,
        offers=offers,
        permanent=Suppression.objects.get(contact=ada, reason="opt_out"),
        temporary=Suppression.objects.get(contact=bo, reason="manual"),
        entry=LedgerEntry.objects.filter(contact_id=bo.pk).earliest("id"),
        membership=ListMembership.objects.get(contact=ada),
        hold=Suppression.objects.get(contact=carla, reason="review_hold"),
        claim=claim,
        request=log_request(told="Write to somebody else", how="letter", received_at=at, by=by, at=at),
        difference=Drift.objects.create(
            provider="mailgun",
            domain="mail.example.com",
            listing="bounces",
            sort="theirs_only",
            address_id=addresses_by_channel(bo.pk)[Channel.EMAIL][0],
            found_at=at,
            seen_at=at,
        ),
        seal=_seal(at),
        api_key=create_key(name="Webshop", scopes={Scope.DECISIONS}, by=SYSTEM, at=at).key,
        webhook=create_endpoint(url="https://shop.example.com/hook", key=None, by=SYSTEM, at=at).endpoint,
    )


def _seal(at: datetime) -> LedgerSeal:
    """Return a seal to look at; what a test writes in its own transaction is never sealed in truth."""
    return LedgerSeal.objects.create(
        number=1,
        form=1,
        first_transaction=1,
        first_entry_id=1,
        last_transaction=1,
        last_entry_id=1,
        entry_count=1,
        leaves=bytes(32),
        root="0" * 64,
        previous_head="0" * 64,
        skip_head="0" * 64,
        head="1" * 64,
        sealed_at=at,
    )
