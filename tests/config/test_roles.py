"""Who may open which screen and press which button: every screen and action against every role.

The table says what is right on its own; it is not read off the grants that it tests.
"""

from __future__ import annotations

from datetime import datetime

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client

from tests.conftest import actor, make_user
from tests.factories.staff_site import Business, make_business

pytestmark = pytest.mark.django_db

NOBODY, ALL = "", "agent marketing support compliance root"
DESK, READERS = "agent support compliance root", "marketing support compliance root"
REVIEW, COMPLIANCE, ROOT = "support compliance root", "compliance root", "root"
EVERYBODY = "none agent marketing support compliance root"

# method, address, who may. {ada}, {bo} … are ids of the business.
SCREENS: list[tuple[str, str, str]] = [
    ("GET", "/admin/", EVERYBODY),
    ("GET", "/admin/desk/figures/", EVERYBODY),
    ("GET", "/admin/search/?s=ada&extended=1", EVERYBODY),
    ("GET", "/admin/password_change/", EVERYBODY),
    ("GET", "/admin/contacts/contact/", ALL),
    ("GET", "/admin/contacts/contact/{ada}/change/", ALL),
    ("GET", "/admin/contacts/contact/{ada}/lists/", ALL),
    ("GET", "/admin/contacts/contact/{ada}/history/", ALL),
    ("POST", "/admin/contacts/contact/{bo}/complaint-pack/", COMPLIANCE),
    ("GET", "/admin/contacts/contact/add/", ALL),
    ("GET", "/admin/contacts/contact/{ada}/delete/", REVIEW),
    ("POST", "/admin/contacts/contact/{bo}/delete/", REVIEW),
    ("POST", "/admin/contacts/contact/{bo}/dnd/on/", DESK),
    ("POST", "/admin/contacts/contact/{bo}/dnd/object/", DESK),
    ("GET", "/admin/contacts/contact/{ada}/erase/", REVIEW),
    ("POST", "/admin/contacts/contact/{bo}/erase/", REVIEW),
    ("POST", "/admin/contacts/contact/{bo}/export/", REVIEW),
    ("GET", "/admin/contacts/contact/{ada}/merge/", REVIEW),
    ("GET", "/admin/contacts/contact/{ada}/merge/{bo}/", REVIEW),
    ("POST", "/admin/contacts/contact/{ada}/merge/{bo}/", REVIEW),
    ("GET", "/admin/consent/suppression/", ALL),
    ("GET", "/admin/consent/suppression/{permanent}/change/", ALL),
    ("GET", "/admin/consent/suppression/export/", READERS),
    ("GET", "/admin/consent/ledgerentry/", ALL),
    ("GET", "/admin/consent/ledgerentry/export/", COMPLIANCE),
    ("GET", "/admin/consent/ledgerentry/{entry}/change/", READERS),
    ("GET", "/admin/consent/ledgerseal/", COMPLIANCE),
    ("GET", "/admin/consent/ledgerseal/{seal}/change/", COMPLIANCE),
    ("POST", "/admin/consent/ledgerseal/verify/", COMPLIANCE),
    ("GET", "/admin/contacts/contact/{ada}/decisions/", ALL),
    ("GET", "/admin/consent/decisionrecord/", READERS),
    ("GET", "/admin/consent/delivery/", ALL),
    ("GET", "/admin/consent/delivery/{stop}/change/", ALL),
    ("GET", "/admin/consent/delivery/{failed}/change/", READERS),
    ("POST", "/admin/consent/delivery/{failed}/replay/", REVIEW),
    ("GET", "/admin/consent/doorcounter/", READERS),
    ("GET", "/admin/sender-alerts/", READERS),
    ("GET", "/admin/consent/drift/", READERS),
    ("GET", "/admin/consent/drift/{difference}/change/", READERS),
    ("POST", "/admin/consent/drift/{difference}/take-over/", REVIEW),
    ("POST", "/admin/consent/drift/{difference}/remove-there/", REVIEW),
    ("POST", "/admin/consent/drift/compare/", REVIEW),
    ("GET", "/admin/contacts/contact/batches/", ALL),
    ("GET", "/admin/consent/evidence/", ALL),
    ("GET", "/admin/consent/evidence/{claim}/change/", ALL),
    ("GET", "/admin/consent/evidence/file/{ada}/", ALL),
    ("POST", "/admin/consent/evidence/file/{ada}/", ALL),
    ("POST", "/admin/consent/evidence/{claim}/approve/", REVIEW),
    ("POST", "/admin/consent/evidence/{claim}/reject/", REVIEW),
    ("POST", "/admin/consent/evidence/{claim}/reconsent/", REVIEW),
    ("GET", "/admin/consent/consentrecord/", ALL),
    ("GET", "/admin/consent/consentrecord/export/", READERS),
    ("GET", "/admin/consent/consentrecord/record/{ada}/", ALL),
    ("POST", "/admin/consent/consentrecord/record/{ada}/", ALL),
    ("GET", "/admin/contacts/contact/{ada}/panel/consent/", ALL),
    ("GET", "/admin/consent-texts/", ALL),
    ("POST", "/admin/consent-texts/", COMPLIANCE),
    ("GET", "/admin/re-permission/", ALL),
    ("GET", "/admin/opt-out-requests/", ALL),
    ("GET", "/admin/opt-out-requests/log/", ALL),
    ("POST", "/admin/opt-out-requests/log/", ALL),
    ("GET", "/admin/opt-out-requests/{request}/", ALL),
    ("POST", "/admin/opt-out-requests/{request}/", DESK),
    ("GET", "/admin/review-holds/", ALL),
    ("GET", "/admin/signals/", ALL),
    ("GET", "/admin/no-interest/", ALL),
    ("GET", "/admin/reviews/{hold}/", ALL),
    ("POST", "/admin/reviews/{hold}/", REVIEW),
    ("GET", "/admin/words/", ALL),
    ("POST", "/admin/words/", COMPLIANCE),
    ("GET", "/admin/consent/providercode/", READERS),
    ("GET", "/admin/consent/providercode/twilio/30003/", READERS),
    ("POST", "/admin/consent/providercode/twilio/30003/", COMPLIANCE),
    ("POST", "/admin/consent/providercode/twilio/30003/reset/", COMPLIANCE),
    ("GET", "/admin/consent/providercode/new/", COMPLIANCE),
    ("POST", "/admin/consent/providercode/new/", COMPLIANCE),
    ("GET", "/admin/rules/", ALL),
    ("GET", "/admin/contradictions/", ALL),
    ("GET", "/admin/try-a-message/", ALL),
    ("POST", "/admin/try-a-message/", ALL),
    ("GET", "/admin/ask-the-gate/?who=ada", ALL),
    ("GET", "/admin/review-holds/", ALL),
    ("GET", "/admin/signals/", ALL),
    ("GET", "/admin/no-interest/", ALL),
    ("GET", "/admin/words/", ALL),
    ("POST", "/admin/words/", COMPLIANCE),
    ("GET", "/admin/consent/businessprofile/1/change/", ALL),
    ("POST", "/admin/consent/businessprofile/1/change/", COMPLIANCE),
    ("GET", "/admin/consent/businessprofile/1/history/", ALL),
    ("GET", "/admin/consent/channelstate/", ALL),
    ("POST", "/admin/consent/channelstate/sms/connect/", COMPLIANCE),
    ("POST", "/admin/consent/channelstate/sms/disconnect/", COMPLIANCE),
    ("POST", "/admin/consent/channelstate/call/forward/", COMPLIANCE),
    ("POST", "/admin/consent/channelstate/sms/secret/auth_token/", COMPLIANCE),
    ("GET", "/admin/consent/channelstate/sms/consent/", COMPLIANCE),
    ("POST", "/admin/consent/channelstate/sms/consent/", COMPLIANCE),
    ("GET", "/admin/lists/contactlist/", ALL),
    ("GET", "/admin/lists/contactlist/{offers}/change/", ALL),
    ("POST", "/admin/lists/contactlist/{offers}/change/", "marketing compliance root"),
    ("GET", "/admin/lists/contactlist/add/", "marketing compliance root"),
    ("POST", "/admin/lists/contactlist/{offers}/shelve/", "marketing compliance root"),
    ("GET", "/admin/lists/listmembership/", ALL),
    ("POST", "/admin/lists/listmembership/", ALL),
    ("GET", "/admin/config/apikey/", COMPLIANCE),
    ("GET", "/admin/config/apikey/new/", COMPLIANCE),
    ("GET", "/admin/config/apikey/{api_key}/", COMPLIANCE),
    ("POST", "/admin/config/apikey/{api_key}/", COMPLIANCE),
    ("POST", "/admin/config/apikey/{api_key}/rotate/", COMPLIANCE),
    ("POST", "/admin/config/apikey/{api_key}/revoke/", COMPLIANCE),
    ("POST", "/admin/config/apikey/add/", NOBODY),
    ("POST", "/admin/config/apikey/{api_key}/change/", NOBODY),
    ("POST", "/admin/config/apikey/{api_key}/delete/", NOBODY),
    ("GET", "/admin/config/webhookendpoint/", COMPLIANCE),
    ("GET", "/admin/config/webhookendpoint/new/", COMPLIANCE),
    ("GET", "/admin/config/webhookendpoint/{webhook}/", COMPLIANCE),
    ("POST", "/admin/config/webhookendpoint/{webhook}/", COMPLIANCE),
    ("POST", "/admin/config/webhookendpoint/{webhook}/rotate/", COMPLIANCE),
    ("POST", "/admin/config/webhookendpoint/{webhook}/replay/", COMPLIANCE),
    ("POST", "/admin/config/webhookendpoint/{webhook}/again/", COMPLIANCE),
    ("POST", "/admin/config/webhookendpoint/{webhook}/test/", COMPLIANCE),
    ("POST", "/admin/config/webhookendpoint/{webhook}/switch/", COMPLIANCE),
    ("POST", "/admin/config/webhookendpoint/{webhook}/remove/", COMPLIANCE),
    ("POST", "/admin/config/webhookendpoint/add/", NOBODY),
    ("POST", "/admin/config/webhookendpoint/{webhook}/change/", NOBODY),
    ("POST", "/admin/config/webhookendpoint/{webhook}/delete/", NOBODY),
    ("GET", "/admin/auth/user/", ROOT),
    ("GET", "/admin/auth/user/add/", ROOT),
    ("GET", "/admin/auth/group/", ROOT),
    ("GET", "/admin/axes/accessattempt/", ROOT),
    ("GET", "/admin/procrastinate/procrastinatejob/", ROOT),
    # Records of fact: nobody, whoever they are.
    ("GET", "/admin/consent/suppression/add/", NOBODY),
    ("POST", "/admin/consent/suppression/add/", NOBODY),
    ("POST", "/admin/consent/suppression/", NOBODY),
    ("POST", "/admin/consent/suppression/{permanent}/change/", NOBODY),
    ("POST", "/admin/consent/suppression/{temporary}/change/", NOBODY),
    ("POST", "/admin/consent/suppression/{permanent}/delete/", NOBODY),
    ("GET", "/admin/consent/suppression/{permanent}/history/", NOBODY),
    ("POST", "/admin/consent/suppression/{permanent}/history/", NOBODY),
    ("POST", "/admin/consent/ledgerentry/add/", NOBODY),
    ("POST", "/admin/consent/ledgerentry/", NOBODY),
    ("POST", "/admin/consent/ledgerentry/{entry}/change/", NOBODY),
    ("POST", "/admin/consent/ledgerentry/{entry}/delete/", NOBODY),
    ("GET", "/admin/consent/ledgerentry/{entry}/history/", NOBODY),
    ("POST", "/admin/consent/ledgerseal/add/", NOBODY),
    ("POST", "/admin/consent/ledgerseal/{seal}/change/", NOBODY),
    ("POST", "/admin/consent/ledgerseal/{seal}/delete/", NOBODY),
    ("POST", "/admin/consent/decisionrecord/add/", NOBODY),
    ("POST", "/admin/consent/decisionrecord/", NOBODY),
    ("POST", "/admin/consent/delivery/{stop}/change/", NOBODY),
    ("POST", "/admin/consent/delivery/{stop}/delete/", NOBODY),
    ("POST", "/admin/consent/delivery/add/", NOBODY),
    ("POST", "/admin/consent/doorcounter/add/", NOBODY),
    ("POST", "/admin/consent/drift/add/", NOBODY),
    ("POST", "/admin/consent/drift/{difference}/change/", NOBODY),
    ("POST", "/admin/consent/drift/{difference}/delete/", NOBODY),
    ("POST", "/admin/consent/evidence/add/", NOBODY),
    ("POST", "/admin/consent/consentrecord/add/", NOBODY),
    ("POST", "/admin/consent/consentrecord/", NOBODY),
    ("POST", "/admin/consent/evidence/{claim}/change/", NOBODY),
    ("POST", "/admin/consent/evidence/{claim}/delete/", NOBODY),
    ("GET", "/admin/consent/evidence/{claim}/history/", NOBODY),
    ("POST", "/admin/consent/providercode/add/", NOBODY),
    ("POST", "/admin/consent/channelstate/add/", NOBODY),
    ("POST", "/admin/consent/businessprofile/add/", NOBODY),
    ("POST", "/admin/consent/businessprofile/1/delete/", NOBODY),
    ("POST", "/admin/lists/contactlist/{offers}/delete/", NOBODY),
    ("POST", "/admin/lists/listmembership/add/", NOBODY),
    ("GET", "/admin/lists/listmembership/{membership}/change/", NOBODY),
    ("POST", "/admin/lists/listmembership/{membership}/change/", NOBODY),
    ("POST", "/admin/lists/listmembership/{membership}/delete/", NOBODY),
    ("POST", "/admin/auth/user/{alex}/delete/", NOBODY),
]


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """One person of every role, one who is staff without any, and a superuser."""
    roles = {role: make_user(role, role) for role in ("agent", "marketing", "support", "compliance")}
    root = User.objects.create_superuser("root", "root@example.com", "a long enough secret")
    return {**roles, "none": make_user(None, "none"), "root": root}


@pytest.fixture
def business(people: dict[str, User], at: datetime, connected: None) -> Business:
    return make_business(owner_id=people["agent"].pk, by=actor(people["agent"]), at=at)


def _ids(business: Business, people: dict[str, User]) -> dict[str, int]:
    found = {name: getattr(business, name).pk for name in Business.__dataclass_fields__}
    return {**found, "alex": people["agent"].pk}


def _may(user: User, method: str, address: str) -> bool:
    """Return whether the person got in. Nothing stays of what they did."""
    client = Client()
    client.force_login(user)
    with transaction.atomic():
        answer = client.generic(method, address)
        transaction.set_rollback(True)
    assert answer.status_code < 500, (user.username, method, address)
    # Django leads to the start page from a row that one can't see.
    gone = answer.status_code == 302 and answer.headers["Location"] == "/admin/"
    return answer.status_code not in {403, 404, 405} and not gone


@pytest.mark.parametrize(("method", "address", "who"), SCREENS, ids=[f"{row[0]} {row[1]}" for row in SCREENS])
def test_each_screen_and_button_is_for_these_people_alone(
    method: str, address: str, who: str, people: dict[str, User], business: Business
) -> None:
    wanted = address.format(**_ids(business, people))

    got_in = {name for name, user in people.items() if _may(user, method, wanted)}

    assert got_in == set(who.split())


@pytest.mark.parametrize("address", sorted({row[1] for row in SCREENS}))
def test_whoever_is_not_logged_in_is_asked_to(address: str) -> None:
    anything = dict.fromkeys((*Business.__dataclass_fields__, "alex"), 1)

    response = Client().get(address.format(**anything))

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/admin/login/?next=")


def test_a_person_who_is_no_staff_is_kept_out(business: Business) -> None:
    client = Client()
    client.force_login(User.objects.create_user("visitor"))

    assert client.get("/admin/").status_code == 302


def test_every_screen_of_the_site_is_in_the_table(people: dict[str, User]) -> None:
    """A screen that somebody adds has to say here who may open it."""
    client = Client()
    client.force_login(people["root"])
    shown = {item["link"] for group in client.get("/admin/").context["sidebar_navigation"] for item in group["items"]}

    covered = {row[1].split("?")[0] for row in SCREENS if row[0] == "GET"}
    assert shown <= covered | {"/admin/consent/businessprofile/"}


def test_two_roles_add_up(people: dict[str, User], business: Business) -> None:
    both = make_user("agent", "both")
    both.groups.add(Group.objects.get(name="marketing"))

    assert _may(both, "POST", f"/admin/lists/contactlist/{business.offers.pk}/shelve/")
    assert not _may(both, "GET", "/admin/consent/ledgerentry/export/")
