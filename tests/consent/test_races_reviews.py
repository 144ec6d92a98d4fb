"""Reviewers, the clock and the contact at one held message at the same moment: one of them decides."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User

from consent.models import LedgerEntry, Review, Suppression
from consent.services import holds
from consent.services.reviews import Reviewed, UnableToReview, decide_hold
from contacts.models import Contact
from tests.conftest import actor
from tests.consent.doors import INBOUND, knock, sms
from tests.consent.test_races import at_once, errors
from tests.factories.contacts import make_contact

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("connected")]


def hold(ada: Contact) -> Suppression:
    make_contact("Twin", phone="+15035550101")
    knock(INBOUND, sms("+15035550101", "stop sending so many"))
    return Suppression.objects.get(contact=ada)


def judged_once() -> bool:
    """Return whether each row of the case ended once, as the ledger tells."""
    ends = LedgerEntry.objects.filter(effect="lifted", reason="review_hold").values_list("suppression_id", flat=True)
    rows = Suppression.objects.filter(reason="review_hold")
    return sorted(ends) == sorted(row.pk for row in rows) and all(row.lifted_at for row in rows)


def test_two_reviewers_and_the_clock_decide_a_hold_once(ada: Contact, support: User, compliance: User) -> None:
    held = hold(ada)
    due = held.since + timedelta(days=30)

    def decide(user: User, is_opt_out: bool, at: datetime) -> Reviewed:
        return decide_hold(suppression_id=held.pk, is_opt_out=is_opt_out, note="Read it.", by=actor(user), at=at)

    results = at_once(
        lambda: decide(support, True, due),
        lambda: decide(compliance, False, due),
        lambda: holds.confirm_overdue(at=due),
    )

    refused = errors(results)
    assert all(isinstance(error, UnableToReview) and error.code == "settled" for error in refused)
    assert judged_once()
    decided = [result for result in results if isinstance(result, Reviewed)] + [
        result for result in results if result == 1
    ]
    assert len(decided) == 1
    was_dismissed = Review.objects.filter(verdict="not_opt_out").exists()
    assert Suppression.objects.filter(lifted_at=None, reason="opt_out").exists() is not was_dismissed


def test_a_start_and_a_confirmation_at_once_leave_the_newest_word(ada: Contact, support: User) -> None:
    held = hold(ada)
    at = held.recorded_at

    results = at_once(
        lambda: decide_hold(suppression_id=held.pk, is_opt_out=True, note="Read it.", by=actor(support), at=at),
        lambda: knock(INBOUND, sms("+15035550101", "START")).status_code,
    )

    assert all(isinstance(error, UnableToReview) and error.code == "settled" for error in errors(results))
    assert results[1] == 200
    assert judged_once()
    assert not Suppression.objects.filter(lifted_at=None).exists()
