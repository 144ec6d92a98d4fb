"""The screens of consent on file: the contact's tab, the form, the texts, the worklist and the channel's policy."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from consent.models import ChannelState, ConsentRecord, ConsentText
from consent.models.evidence import ConsentMethod
from consent.services import dnd, profile
from consent.services.consent_records import GivenConsent, record_consent
from consent.vocabulary import Channel
from contacts.models import Contact
from contacts.values import SYSTEM
from tests.consent.acting import phone_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LIST = "admin:consent_consentrecord_changelist"


def consent(contact: Contact, given_at: datetime, *, at: datetime, **fields: object) -> ConsentRecord:
    given = GivenConsent(
        address_id=phone_of(contact),
        contact_id=contact.pk,
        channel=Channel.SMS,
        method=ConsentMethod.WEB_FORM,
        given_at=given_at,
        wording="Text me offers.",
        **fields,
    )
    return record_consent(given=given, by=SYSTEM, at=at)


def tab(client: Client, contact: Contact) -> str:
    return client.get(reverse("admin:contact-desk-panel", args=[contact.pk, "consent"])).content.decode()


def test_compliance_saves_a_text_and_an_agent_records_a_consent_to_it(
    client: Client, compliance: User, agent: User, ada: Contact
) -> None:
    client.force_login(compliance)
    client.post(
        reverse("admin:consent_texts"),
        {"name": "Shop", "words": "[en]\nText me offers.\n[fr]\nEnvoyez-moi des offres.", "note": "First"},
    )
    text = ConsentText.objects.get()
    assert text.wordings == {"en": "Text me offers.", "fr": "Envoyez-moi des offres."}

    client.force_login(agent)
    told = {
        "address": f"{phone_of(ada)}:sms",
        "purpose": "marketing",
        "method": "web_form",
        "given_at": "2026-11-02T09:30",
        "text": f"{text.pk}:fr",
        "url": "https://shop.example/join",
    }
    answer = client.post(reverse("admin:consent_consentrecord_record", args=[ada.pk]), told)

    assert answer.status_code == 302
    page = tab(client, ada)
    assert "Agreed to marketing by SMS at" in page
    assert "Envoyez-moi des offres." in page
    assert "Shop, version 1" in page
    assert "On file" in page
    assert "agreed to 1 time" in " ".join(client.get(reverse("admin:consent_texts")).content.decode().split())


def test_a_consent_without_words_is_refused_on_its_field(client: Client, agent: User, ada: Contact) -> None:
    client.force_login(agent)
    told = {"address": f"{phone_of(ada)}:sms", "purpose": "marketing", "method": "email", "given_at": "2026-11-02"}

    page = client.post(reverse("admin:consent_consentrecord_record", args=[ada.pk]), told).content.decode()

    assert "Choose the consent text that was shown" in page
    assert not ConsentRecord.objects.exists()


def test_the_tab_tells_how_a_consent_ended(client: Client, agent: User, ada: Contact, at: datetime) -> None:
    consent(ada, at - DAY, at=at - DAY)
    dnd.record_verbal_opt_out(contact_id=ada.pk, channels=[Channel.SMS], by=SYSTEM, at=at, note="Asked")
    client.force_login(agent)

    assert "Withdrawn on 21 Nov 2026: opt-out recorded by staff" in tab(client, ada)


def test_only_compliance_saves_texts(client: Client, support: User) -> None:
    client.force_login(support)

    answer = client.post(reverse("admin:consent_texts"), {"name": "Shop", "words": "Yes", "note": "First"})

    assert answer.status_code == 403
    assert not ConsentText.objects.exists()


def test_the_policy_says_who_would_fall_silent_and_asks_to_confirm(
    client: Client, compliance: User, ada: Contact, bo: Contact, carla: Contact, at: datetime, connected: None
) -> None:
    consent(ada, at - DAY, at=at)
    dnd.switch_on(contact_id=bo.pk, channels=[Channel.SMS], by=SYSTEM, at=at)
    client.force_login(compliance)
    address = reverse("admin:consent_channel_policy", args=["sms"])

    page = client.get(address).content.decode()
    unsure = client.post(address, {"needs_consent": "on", "consent_months": "24"})
    assert not ChannelState.objects.get(channel="sms").needs_consent
    sure = client.post(address, {"needs_consent": "on", "consent_months": "24", "confirm": "on"})

    assert "<strong>1 contact</strong>" in page
    assert "Confirm that you have seen" in unsure.content.decode()
    assert sure.status_code == 302
    state = ChannelState.objects.get(channel="sms")
    assert (state.needs_consent, state.consent_months) == (True, 24)
    assert state.history.first().history_user == compliance


def test_the_worklist_shows_what_runs_out_and_leaves_out_who_agreed_anew(
    client: Client, marketing: User, agent: User, ada: Contact, bo: Contact, carla: Contact, at: datetime
) -> None:
    profile.set_consent_policy(channel=Channel.SMS, needs_consent=False, consent_months=12, by=SYSTEM, at=at)
    consent(ada, at - 350 * DAY, at=at)
    consent(bo, at - 350 * DAY, at=at)
    consent(bo, at - DAY, at=at)
    consent(carla, at - 400 * DAY, at=at)
    Contact.objects.filter(pk=ada.pk).update(owner=agent)
    client.force_login(marketing)

    def listed(**filters: str) -> list[str]:
        rows = client.get(reverse(LIST), filters).context["cl"].result_list
        return [str(row.contact) for row in rows]

    with time_machine.travel(at, tick=False):
        assert client.get(reverse("admin:repermission")).headers["Location"].endswith("?state=soon_30")
        assert listed(state="soon_30") == ["Ada Lovelace"]
        assert listed(state="ran_out") == ["Carla Bley"]
        assert listed(state="soon_30", owner=str(agent.pk)) == ["Ada Lovelace"]
        assert listed(state="soon_30", owner=str(marketing.pk)) == []
        assert listed(state="soon_30", channel__exact="email") == []
        assert len(listed(state="on_file")) == 3
        export = client.get(reverse("admin:consent_consentrecord_export"), {"state": "soon_30"})
        lines = b"".join(export.streaming_content).decode().splitlines()

    assert len(lines) == 2
    assert "Ada Lovelace,alex" in lines[1]


def test_a_consent_has_a_page_and_nobody_edits_it(client: Client, superuser: User, ada: Contact, at: datetime) -> None:
    record = consent(ada, at - DAY, at=at, campaign="Spring")
    client.force_login(superuser)
    address = reverse("admin:consent_consentrecord_change", args=[record.pk])

    assert "Text me offers." in client.get(address).content.decode()
    assert client.post(address, {"note": "x"}).status_code == 403
