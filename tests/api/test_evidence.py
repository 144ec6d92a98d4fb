"""Evidence over HTTP: four eyes, also where integrations and their owners are the eyes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from config.api.models import ApiKey
from config.api.vocabulary import Scope
from consent.models import Evidence, Suppression
from consent.services import evidence as verbs
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, EventKind, Source
from contacts.models import Contact
from contacts.values import SYSTEM, Actor
from contacts.vocabulary import ActorKind
from tests.api.conftest import Caller, MakeKey, ledger, problem
from tests.conftest import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected", "stopped", "stored")]


@pytest.fixture
def stored(settings: Any, tmp_path: Any) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "evidence": {"BACKEND": backend, "OPTIONS": {"location": tmp_path}}}


@pytest.fixture
def stopped(ada: Contact) -> None:
    """Ada texted STOP two days ago."""
    ago = timezone.now() - timedelta(days=2)
    event = ConsentEvent(EventKind.TEXT_OPT_OUT, (Channel.SMS,), ago, Source.CONTACT, detail="STOP")
    record_event(event=event, address_id=ada.held_addresses.get(kind="phone").address_id, by=SYSTEM, at=ago)


def claim(ada: Contact, **more: Any) -> dict[str, Any]:
    return {
        "contact": str(ada.public_id),
        "address": "(503) 555-0101",
        "channels": ["sms"],
        "method": "web_form",
        "wording": "Yes, again.",
        "consent_given_at": (timezone.now() - timedelta(days=1)).isoformat(),
        **more,
    }


def review(caller: Caller, evidence_id: str, verdict: str = "approve", **headers: str) -> Any:
    return caller.post(f"evidence/{evidence_id}/{verdict}/", {"reason": "Looked at the form."}, **headers)


def reviews() -> list[tuple[str, str, str]]:
    return [(row[1], row[3], row[4]) for row in ledger(kind="evidence_approved")]


def test_one_files_and_another_persons_integration_approves(
    shop: Caller, with_scopes: MakeKey, support: User, ada: Contact
) -> None:
    filed = shop.post("evidence/", claim(ada))
    told = filed.json()
    assert (filed.status_code, filed.headers["Location"]) == (201, f"/api/v1/evidence/{told['id']}/")
    assert (told["status"], told["submitted_with"], told["submitted_by"]) == ("pending", "Shop", None)
    assert [each["effect"] for each in shop.get(f"evidence/{told['id']}/").json()["effects"]] == ["lifted"]

    done = review(with_scopes(name="Desk", owner_id=support.pk), told["id"]).json()

    assert (done["status"], done["reviewed_with"], done["reviewed_by"]) == ("approved", "Desk", "sam")
    assert [each["effect"] for each in done["effects"]] == ["lifted"]
    assert not Suppression.objects.filter(lifted_at=None).exists()
    assert [row[::4] for row in ledger(kind="evidence_filed")] == [("evidence_filed", "integration:Shop")]
    assert reviews() == [("lifted", "", "integration:Desk")]


def test_nobody_approves_what_is_theirs(shop: Caller, with_scopes: MakeKey, support: User, ada: Contact) -> None:
    key = with_scopes(name="Mine", owner_id=support.pk)
    sister = with_scopes(name="Also mine", owner_id=support.pk)
    own = key.post("evidence/", claim(ada)).json()["id"]
    client = Client()
    client.force_login(support)

    problem(review(key, own), 409, "own_evidence")
    problem(review(sister, own), 409, "own_evidence")
    problem(review(sister, own, "reject"), 409, "own_evidence")
    in_person = client.post(f"/api/v1/evidence/{own}/approve/", {"reason": "x"}, content_type="application/json")

    problem(in_person, 409, "own_evidence")
    assert Evidence.objects.get().status == "pending"
    assert Suppression.objects.filter(lifted_at=None).count() == 1
    assert [row[:2] for row in reviews()] == [("refused", "own_evidence")] * 3


def test_what_a_person_filed_is_not_approved_by_their_integration(
    with_scopes: MakeKey, support: User, ada: Contact
) -> None:
    client = Client()
    client.force_login(support)
    own = client.post("/api/v1/evidence/", claim(ada), content_type="application/json").json()["id"]

    problem(review(with_scopes(name="Mine", owner_id=support.pk), own), 409, "own_evidence")

    assert reviews() == [("refused", "own_evidence", "integration:Mine")]


def test_a_key_that_changes_hands_takes_what_it_filed_along(
    with_scopes: MakeKey, agent: User, support: User, ada: Contact
) -> None:
    key = with_scopes(name="Desk", owner_id=agent.pk)
    own = key.post("evidence/", claim(ada)).json()["id"]
    ApiKey.objects.update(owner=support)
    client = Client()
    client.force_login(support)

    in_person = client.post(f"/api/v1/evidence/{own}/approve/", {"reason": "x"}, content_type="application/json")

    problem(in_person, 409, "own_evidence")
    problem(review(key, own), 409, "own_evidence")
    staff = Actor(ActorKind.USER, str(support.pk), "sam")
    row = Evidence.objects.get()
    assert verbs.approve(evidence_id=row.pk, reason="x", by=staff, at=timezone.now()).refused == "own_evidence"


def test_an_integration_without_an_owner_is_no_second_person(shop: Caller, with_scopes: MakeKey, ada: Contact) -> None:
    filed = shop.post("evidence/", claim(ada)).json()["id"]

    problem(review(with_scopes(name="Other"), filed), 409, "reviewer_unknown")

    assert reviews() == [("refused", "reviewer_unknown", "integration:Other")]


@pytest.mark.parametrize("verdict", ["approve", "reject"])
@pytest.mark.parametrize("role", ["agent", "marketing", "left"])
def test_an_integration_reviews_no_more_than_its_owner_may(
    shop: Caller, with_scopes: MakeKey, ada: Contact, role: str, verdict: str
) -> None:
    owner = make_user("support" if role == "left" else role, "owner")
    User.objects.filter(pk=owner.pk).update(is_active=role != "left")
    filed = shop.post("evidence/", claim(ada)).json()["id"]

    problem(review(with_scopes(name="Desk", owner_id=owner.pk), filed, verdict), 409, "reviewer_unknown")

    assert Evidence.objects.get().status == "pending"
    assert Suppression.objects.filter(lifted_at=None).count() == 1
    kept = ledger(kind="evidence_approved" if verdict == "approve" else "evidence_rejected")
    assert [(row[1], row[3], row[4]) for row in kept] == [("refused", "reviewer_unknown", "integration:Desk")]


def test_a_key_without_the_scope_reviews_nothing_whoever_owns_it(
    shop: Caller, with_scopes: MakeKey, support: User, superuser: User, ada: Contact
) -> None:
    filed = shop.post("evidence/", claim(ada)).json()["id"]

    for owner in (support, superuser):
        key = with_scopes(*(set(Scope) - {Scope.EVIDENCE_REVIEW}), owner_id=owner.pk)
        for verdict in ("approve", "reject"):
            problem(review(key, filed, verdict), 403, "missing_scope")

    assert Evidence.objects.get().status == "pending"
    assert Suppression.objects.filter(lifted_at=None).count() == 1


def test_the_database_refuses_it_too(shop: Caller, support: User, ada: Contact) -> None:
    shop.post("evidence/", claim(ada))
    approved = {"status": "approved", "reviewed_at": timezone.now(), "review_reason": "x", "reviewed_by": support}

    with pytest.raises(IntegrityError, match="evidence_second_integration"), transaction.atomic():
        Evidence.objects.update(**approved, reviewed_with="integration:Shop")
    with pytest.raises(IntegrityError, match="is fixed once filed"), transaction.atomic():
        Evidence.objects.update(submitted_with="integration:Other")


def test_rejected_evidence_lifts_nothing_and_is_judged_once(
    shop: Caller, with_scopes: MakeKey, support: User, ada: Contact
) -> None:
    filed = shop.post("evidence/", claim(ada)).json()["id"]
    desk = with_scopes(name="Desk", owner_id=support.pk)

    first, again = (review(desk, filed, "reject", Idempotency_Key="a") for _ in range(2))
    late = review(desk, filed)

    assert (first.json()["status"], again.content) == ("rejected", first.content)
    problem(late, 409, "already_reviewed")
    assert Suppression.objects.filter(lifted_at=None).count() == 1


def test_a_proof_file_comes_as_a_form(shop: Caller, ada: Contact) -> None:
    client = Client(headers={"authorization": f"Bearer {shop.text}"})

    def send(**more: Any) -> Any:
        return client.post("/api/v1/evidence/", {**claim(ada), "channels": "sms,call", **more})

    told = send(file=SimpleUploadedFile("../Form.html", b"%PDF-1.7 proof")).json()
    assert (told["file_name"], told["file_type"], told["channels"]) == ("Form.pdf", "application/pdf", ["sms", "call"])
    assert len(told["file_sha256"]) == 64
    refused = problem(send(file=SimpleUploadedFile("f.pdf", b"<html><script>")), 422, "invalid")
    assert [(each["field"], each["code"]) for each in refused["errors"]] == [("file", "kind_not_accepted")]
    problem(send(status="approved"), 422, "invalid")
    problem(client.post("/api/v1/evidence/", {**claim(ada), "method": ["email", "web_form"]}), 400, "malformed")
    assert Evidence.objects.count() == 1


def test_what_can_not_be_evidence_is_named(shop: Caller, ada: Contact, bo: Contact) -> None:
    for more, field in [
        ({"contact": str(uuid4())}, "contact"),
        ({"address": "+15035550102"}, "address"),
        ({"address": "odd"}, "address"),
        ({"channels": []}, "channels"),
        ({"channels": ["all"]}, "channels[0]"),
        ({"method": "hearsay"}, "method"),
        ({"wording": " "}, "wording"),
        ({"consent_given_at": "2999-01-01T00:00:00Z"}, "consent_given_at"),
        ({"consent_given_at": "2020-01-01T00:00:00Z"}, "consent_given_at"),
        ({"submitted_by": "sam"}, "submitted_by"),
        ({"status": "approved"}, "status"),
    ]:
        told = problem(shop.post("evidence/", claim(ada, **more)), 422, "invalid")
        assert [each["field"] for each in told["errors"]] == [field], told
    problem(review(shop, str(uuid4())), 404, "not_found")
    assert (Evidence.objects.count(), ledger(kind="evidence_filed")) == (0, [])


def test_evidence_is_listed_for_who_files_and_who_reviews(shop: Caller, with_scopes: MakeKey, ada: Contact) -> None:
    filed = shop.post("evidence/", claim(ada)).json()["id"]

    for caller in (with_scopes(Scope.EVIDENCE_WRITE), with_scopes(Scope.EVIDENCE_REVIEW)):
        assert [each["id"] for each in caller.get("evidence/?status=pending").json()["results"]] == [filed]
        assert caller.get(f"evidence/{filed}/").status_code == 200
    assert shop.get("evidence/?status=approved").json()["results"] == []
    problem(with_scopes(Scope.DND_READ).get("evidence/"), 403, "missing_scope")
    problem(review(with_scopes(Scope.EVIDENCE_WRITE), filed), 403, "missing_scope")
