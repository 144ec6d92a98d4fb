"""A file of reassigned or wrong numbers (R18): each number falls silent, and nobody who moved to another."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from consent.models import LedgerEntry, Suppression
from consent.selectors import decide
from consent.selectors.decisions import Subject
from consent.services.reviews import correct_number
from consent.values import GateRequest
from consent.vocabulary import Channel, Purpose
from contacts.models import Contact
from contacts.values import Actor
from tests.consent.doors import INBOUND, knock, sms
from tests.factories.contacts import make_contact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

OF_THE_NUMBER = (Channel.SMS, Channel.CALL, Channel.WHATSAPP)


def refusals(contact: Contact, channel: Channel) -> set[str]:
    request = GateRequest(channel, Purpose.MARKETING)
    return {reason.code for reason in decide(request, Subject(contact_id=contact.pk)).decision.reasons}


@pytest.fixture
def reassigned(tmp_path: Path) -> Path:
    path = tmp_path / "reassigned.csv"
    lines = ["address,channel,reason,since,note"]
    for number in ("(503) 555-0101", "+1 503 555 0199"):
        lines += [f"{number},{channel},wrong_number,2026-03-01,Reassigned" for channel in OF_THE_NUMBER]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_file_of_reassigned_numbers_silences_each_number_and_no_person(ada: Contact, reassigned: Path) -> None:
    call_command("import_suppressions", str(reassigned))

    assert [refusals(ada, channel) for channel in OF_THE_NUMBER] == [{"wrong_number"}] * 3
    assert refusals(ada, Channel.EMAIL) == set()
    assert set(Suppression.objects.values_list("contact_id", "kind", "reason")) == {(None, "permanent", "wrong_number")}
    assert LedgerEntry.objects.filter(kind="import_suppression", effect="set").count() == 6
    assert refusals(make_contact("New", "Holder", phone="+15035550199"), Channel.SMS) == {"wrong_number"}


def test_no_start_ends_it_and_a_reviewer_gives_the_person_the_right_number(
    ada: Contact, reassigned: Path, by: Actor
) -> None:
    call_command("import_suppressions", str(reassigned))

    knock(INBOUND, sms("+15035550101", "START"))
    assert refusals(ada, Channel.SMS) == {"wrong_number"}

    correct_number(
        suppression_id=Suppression.objects.filter(address__value="+15035550101").earliest("id").pk,
        contact_id=ada.pk,
        new_number="+15035550188",
        note="Ada wrote from her new number.",
        by=by,
        at=timezone.now(),
    )

    assert refusals(ada, Channel.SMS) == set()
    assert Suppression.objects.filter(lifted_at=None, reason="wrong_number").count() == 6
    assert LedgerEntry.objects.latest("id").kind == "number_corrected"
