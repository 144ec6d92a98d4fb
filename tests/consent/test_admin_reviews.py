"""The reviewer's screens: what each role sees, and what each button does."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consent.models import InboundMessage, LedgerEntry, Review, Suppression
from consent.selectors import addresses_by_channel
from consent.selectors.holds import case_of, mark_of
from consent.vocabulary import Channel
from contacts.models import Address, Contact
from tests.config.desk import as_user, said
from tests.consent.doors import INBOUND, knock, sms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]


@pytest.fixture
def held(ada: Contact) -> Suppression:
    knock(INBOUND, sms("+15035550101", "Hello, about Tuesday?"))
    knock(INBOUND, sms("+15035550101", "stop sending so many <b>"))
    return Suppression.objects.get()


def case(row: Suppression) -> str:
    return reverse("admin:review_case", args=[row.pk])


def read(row: Suppression) -> dict[str, str]:
    """Return what the page of a case sends back to say what it showed."""
    found = case_of(row.pk)
    assert found
    return {"seen": mark_of(found)}


def test_a_held_message_is_read_in_its_conversation_and_decided(held: Suppression, ada: Contact, support: User) -> None:
    client = as_user(support)
    listed = client.get(reverse("admin:review_holds")).content.decode()
    shown = client.get(case(held)).content.decode()

    answer = client.post(case(held), {"decision": "not_opt_out", "judge-note": "She means fewer.", **read(held)})

    assert "stop sending so many &lt;b&gt;" in listed
    assert case(held) in listed
    assert " left" in listed
    assert "Hello, about Tuesday?" in shown
    assert "stop sending so many &lt;b&gt;" in shown
    assert (answer.status_code, answer.url) == (302, reverse("admin:review_holds"))
    assert "no opt-out" in said(answer)
    review = Review.objects.get()
    assert (review.verdict, review.reviewer) == ("not_opt_out", support)
    assert LedgerEntry.objects.latest("id").kind == "hold_dismissed"
    assert "Nothing waits for a reviewer." in client.get(reverse("admin:review_holds")).content.decode()


def test_a_message_that_came_while_the_reviewer_read_is_read_before_anything_is_lifted(
    held: Suppression, support: User
) -> None:
    client = as_user(support)
    shown = client.get(case(held)).content.decode()
    seen = shown.split('name="seen" value="')[1].split('"')[0]
    knock(INBOUND, sms("+15035550101", "enough!! stop it all <i>"))

    answer = client.post(case(held), {"decision": "not_opt_out", "judge-note": "She means fewer.", "seen": seen})
    blind = client.post(case(held), {"decision": "not_opt_out", "judge-note": "She means fewer."})

    assert "More was said since this page was shown" in answer.content.decode()
    assert "More was said since this page was shown" in blind.content.decode()
    assert "stop it all &lt;i&gt;" in answer.content.decode()
    assert Suppression.objects.filter(lifted_at=None, reason="review_hold").exists()
    assert not Review.objects.exists()
    client.post(case(held), {"decision": "opt_out", "judge-note": "Clear now.", "seen": seen})
    assert Suppression.objects.get(lifted_at=None).reason == "opt_out"


def test_an_opt_out_is_one_button_away(held: Suppression, compliance: User) -> None:
    as_user(compliance).post(case(held), {"decision": "opt_out", "judge-note": "Clear."})

    assert Suppression.objects.get(lifted_at=None).reason == "opt_out"


def test_a_decision_without_a_reason_is_asked_for_it(held: Suppression, support: User) -> None:
    answer = as_user(support).post(case(held), {"decision": "opt_out", "judge-note": " "})

    assert answer.status_code == 200
    assert "This field is required" in answer.content.decode()
    assert not Review.objects.exists()


def test_who_presses_second_is_told_how_it_was_settled(held: Suppression, support: User, compliance: User) -> None:
    as_user(support).post(case(held), {"decision": "not_opt_out", "judge-note": "She means fewer.", **read(held)})

    answer = as_user(compliance).post(case(held), {"decision": "opt_out", "judge-note": "Clear."})

    assert answer.status_code == 409
    assert "sam" in answer.content.decode()
    assert "She means fewer." in answer.content.decode()
    assert Review.objects.count() == 1


@pytest.mark.parametrize("role", ["agent", "marketing"])
def test_other_roles_read_but_never_decide(held: Suppression, role: str, request: pytest.FixtureRequest) -> None:
    client = as_user(request.getfixturevalue(role))

    shown = client.get(case(held))
    answer = client.post(case(held), {"decision": "not_opt_out", "judge-note": "Fine."})

    assert shown.status_code == 200
    assert "Not an opt-out" not in shown.content.decode()
    assert answer.status_code == 403
    assert Suppression.objects.get().lifted_at is None


@pytest.mark.parametrize("screen", ["review_holds", "signals", "no_interest"])
def test_who_has_no_role_sees_no_message(held: Suppression, screen: str) -> None:
    nobody = User.objects.create_user("nobody", is_staff=True)

    assert as_user(nobody).get(reverse(f"admin:{screen}")).status_code == 403
    assert as_user(nobody).get(case(held)).status_code == 403


def test_a_permanent_opt_out_has_no_reviewers_page(ada: Contact, support: User) -> None:
    knock(INBOUND, sms("+15035550101", "please stop"))
    row = Suppression.objects.get()

    answer = as_user(support).post(case(row), {"decision": "not_opt_out", "judge-note": "Fine."})

    assert answer.status_code == 404
    assert Suppression.objects.get().lifted_at is None


def test_a_wrong_number_is_corrected_on_its_page(ada: Contact, support: User) -> None:
    knock(INBOUND, sms("+15035550101", "Wrong number"))
    row = Suppression.objects.filter(channel="sms").get()
    client = as_user(support)
    page = case(row)
    assert page in client.get(reverse("admin:signals")).content.decode()
    fields = {"decision": "correct", "correct-contact": ada.pk, "correct-note": "Asked her by mail."}

    refused = client.post(page, {**fields, "correct-new_number": "12"})
    answer = client.post(page, {**fields, "correct-new_number": "503-555-0177"})

    assert refused.status_code == 200
    assert 'class="sd-problem"' in refused.content.decode()
    assert (answer.status_code, "stays silenced" in said(answer)) == (302, True)
    [number] = addresses_by_channel(ada.pk)[Channel.SMS]
    assert Address.objects.get(pk=number).value == "+15035550177"
    assert "Nobody we know" in client.get(reverse("admin:signals")).content.decode()


def test_a_false_positive_lifts_the_signal(ada: Contact, support: User) -> None:
    knock(INBOUND, sms("+15035550101", "He passed away last week"))
    row = Suppression.objects.get()

    answer = as_user(support).post(case(row), {"decision": "false_positive", "judge-note": "Her dog.", **read(row)})

    assert answer.url == reverse("admin:signals")
    assert Suppression.objects.get().lift_route == "reviewer"


def test_who_showed_no_interest_is_listed_with_how_the_lead_closes(ada: Contact, agent: User) -> None:
    knock(INBOUND, sms("+15035550101", "not interested"))
    disposition = InboundMessage.objects.get().disposition
    client = as_user(agent)

    everybody = client.get(reverse("admin:no_interest")).content.decode()
    others = client.get(reverse("admin:no_interest"), {"disposition": "location"}).content.decode()

    assert disposition == "not_interested"
    assert "“not interested”" in everybody
    assert "Ada Lovelace" in everybody
    assert "Nobody said so." in others


def test_the_desk_shows_the_clock_and_leads_to_the_case(held: Suppression, support: User, at: datetime) -> None:
    desk = as_user(support).get("/admin/").content.decode()

    assert case(held) in desk
    assert reverse("admin:review_holds") in desk


def test_the_lists_cost_the_same_queries_for_many_cases(held: Suppression, support: User) -> None:
    staff = as_user(support)
    staff.get(reverse("admin:review_holds"))

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            staff.get(reverse("admin:review_holds"))
        return len(queries)

    of_one = count()
    for number in range(12):
        knock(INBOUND, sms(f"+150355503{number:02}", "stop sending so many"))

    assert count() == of_one
