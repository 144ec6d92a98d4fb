"""Evidence: one person files, another judges, and only that ends a permanent DND."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from consent import file_types
from consent.models import Evidence, LedgerEntry, Suppression
from consent.models.evidence import ConsentMethod
from consent.selectors import addresses_by_channel, decide
from consent.selectors.decisions import Subject
from consent.services import evidence as verbs
from consent.services import evidence_files
from consent.services.evidence import Claim, UnableToFileEvidence
from consent.services.profile import update_profile
from consent.services.recording import record_event
from consent.values import ConsentEvent, GateRequest
from consent.vocabulary import Channel, Effect, EventKind, Purpose, Source
from contacts.models import Contact
from contacts.values import SYSTEM, Actor
from contacts.vocabulary import ActorKind
from tests.conftest import actor
from tests.factories.contacts import make_contact

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
PDF = b"%PDF-1.7\n1 0 obj\n"


@pytest.fixture(autouse=True)
def _files(settings: object, tmp_path: Path) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "evidence": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path), "base_url": None},
        },
    }


@pytest.fixture
def stopped(bo: Contact, at: datetime, connected: None) -> Contact:
    """Bo texted "stop texting me" a week ago."""
    tell(bo, EventKind.TEXT_OPT_OUT, at - timedelta(days=7))
    return bo


def phone_of(contact: Contact) -> int:
    return addresses_by_channel(contact.pk)[Channel.SMS][0]


def tell(contact: Contact, kind: EventKind, at: datetime) -> None:
    record_event(
        event=ConsentEvent(kind, (Channel.SMS,), at, Source.CONTACT, detail="stop"),
        address_id=phone_of(contact),
        by=SYSTEM,
        at=at,
    )


def claim(contact: Contact, at: datetime, **fields: object) -> Claim:
    told = {
        "contact_id": contact.pk,
        "address_id": phone_of(contact),
        "channels": [Channel.SMS],
        "method": ConsentMethod.SIGNED_PAPER,
        "wording": "Yes, please text me about my orders",
        "consent_given_at": at - timedelta(days=1),
    }
    return Claim(**{**told, **fields})


def may_text(contact: Contact) -> bool:
    return decide(GateRequest(Channel.SMS, Purpose.MARKETING), Subject(contact_id=contact.pk)).decision.allowed


@pytest.mark.django_db
class TestFourEyes:
    def test_evidence_approved_by_a_second_person_lifts_the_dnd(
        self, stopped: Contact, agent: User, support: User, at: datetime
    ) -> None:
        filed = verbs.file_evidence(claim=claim(stopped, at), by=actor(agent), at=at)
        assert not may_text(stopped)

        reviewed = verbs.approve(evidence_id=filed.pk, reason="Signature checked", by=actor(support), at=at)

        assert reviewed.refused == ""
        assert may_text(stopped)
        row = Suppression.objects.get(contact=stopped)
        assert (row.lift_route, row.evidence_id, row.lifted_by) == ("approved_evidence", filed.pk, f"user:{support.pk}")
        assert list(LedgerEntry.objects.order_by("id").values_list("kind", "effect"))[1:] == [
            ("evidence_filed", "nothing"),
            ("evidence_approved", "lifted"),
        ]

    @pytest.mark.parametrize("who", ["agent", "superuser"])
    def test_nobody_approves_their_own(
        self, request: pytest.FixtureRequest, stopped: Contact, at: datetime, who: str
    ) -> None:
        person = actor(request.getfixturevalue(who))
        filed = verbs.file_evidence(claim=claim(stopped, at), by=person, at=at)

        for verb in (verbs.approve, verbs.reject):
            assert verb(evidence_id=filed.pk, reason="Fine", by=person, at=at).refused == "own_evidence"

        assert not may_text(stopped)
        refused = LedgerEntry.objects.filter(effect=Effect.REFUSED, code="own_evidence", actor=person.ref)
        assert refused.count() == 2

    def test_a_machine_approves_nothing(self, stopped: Contact, agent: User, at: datetime) -> None:
        filed = verbs.file_evidence(claim=claim(stopped, at), by=actor(agent), at=at)
        machine = Actor(ActorKind.INTEGRATION, "7", "Importer")

        assert verbs.approve(evidence_id=filed.pk, reason="ok", by=machine, at=at).refused == "reviewer_unknown"
        assert verbs.approve(evidence_id=filed.pk, reason="ok", by=SYSTEM, at=at).refused == "own_evidence"
        assert not may_text(stopped)

    def test_a_second_verdict_is_refused(self, stopped: Contact, agent: User, support: User, at: datetime) -> None:
        filed = verbs.file_evidence(claim=claim(stopped, at), by=actor(agent), at=at)
        verbs.reject(evidence_id=filed.pk, reason="No signature", by=actor(support), at=at)

        again = verbs.approve(evidence_id=filed.pk, reason="Changed my mind", by=actor(support), at=at)

        assert again.refused == "already_reviewed"
        assert not may_text(stopped)

    def test_a_verdict_needs_a_reason(self, stopped: Contact, agent: User, support: User, at: datetime) -> None:
        filed = verbs.file_evidence(claim=claim(stopped, at), by=actor(agent), at=at)

        with pytest.raises(UnableToFileEvidence, match="what you checked"):
            verbs.approve(evidence_id=filed.pk, reason="  ", by=actor(support), at=at)

    def test_a_stop_after_the_consent_stands_although_the_evidence_is_approved(
        self, stopped: Contact, agent: User, support: User, at: datetime
    ) -> None:
        filed = verbs.file_evidence(claim=claim(stopped, at), by=actor(agent), at=at)
        tell(stopped, EventKind.TEXT_OPT_OUT, at - timedelta(hours=1))

        reviewed = verbs.approve(evidence_id=filed.pk, reason="Signature checked", by=actor(support), at=at)

        assert {each.code for each in reviewed.recorded.outcomes} == {"newer_opt_out"}
        assert not may_text(stopped)

    def test_a_block_at_the_provider_stays_without_the_providers_own_consent(
        self, stopped: Contact, agent: User, support: User, at: datetime
    ) -> None:
        tell(stopped, EventKind.PROVIDER_OPT_OUT, at - timedelta(days=7))
        without = verbs.file_evidence(claim=claim(stopped, at), by=actor(agent), at=at)
        verbs.approve(evidence_id=without.pk, reason="Signature checked", by=actor(support), at=at)
        assert not may_text(stopped)

        [row] = Suppression.objects.filter(lifted_at=None)
        assert row.reason == "provider_opt_out"

    def test_the_preview_is_what_approving_does(
        self, stopped: Contact, agent: User, support: User, at: datetime
    ) -> None:
        filed = verbs.file_evidence(claim=claim(stopped, at), by=actor(agent), at=at)

        seen = verbs.preview(evidence=filed, at=at)
        done = verbs.approve(evidence_id=filed.pk, reason="Checked", by=actor(support), at=at)

        assert seen == done.recorded.outcomes

    def test_what_nobody_reviews_expires(self, stopped: Contact, agent: User, support: User, at: datetime) -> None:
        filed = verbs.file_evidence(claim=claim(stopped, at), by=actor(agent), at=at)
        late = at + timedelta(days=30)

        assert [verbs.expire_stale(at=late), verbs.expire_stale(at=late)] == [1, 0]

        tried = verbs.approve(evidence_id=filed.pk, reason="Checked", by=actor(support), at=late)
        assert tried.refused == "already_reviewed"

    @pytest.mark.parametrize(
        ("field", "code", "wrong"),
        [
            ("channels", "required", {"channels": []}),
            ("channels", "not_this_address", {"channels": [Channel.EMAIL]}),
            ("wording", "required", {"wording": "  "}),
            ("consent_given_at", "in_the_future", {"consent_given_at": datetime.fromisoformat("2027-01-01T00:00Z")}),
            (
                "consent_given_at",
                "older_than_opt_out",
                {"consent_given_at": datetime.fromisoformat("2026-01-01T00:00Z")},
            ),
            ("address", "not_held", {"address_id": 0}),
        ],
    )
    def test_a_claim_that_can_be_no_evidence_says_which_field_is_wrong(
        self, stopped: Contact, agent: User, at: datetime, field: str, code: str, wrong: dict[str, object]
    ) -> None:
        with pytest.raises(UnableToFileEvidence) as refused:
            verbs.file_evidence(claim=claim(stopped, at, **wrong), by=actor(agent), at=at)

        assert (refused.value.field, refused.value.code) == (field, code)
        assert not Evidence.objects.exists()

    def test_evidence_for_one_of_two_people_at_a_number_does_not_free_the_other(
        self, stopped: Contact, agent: User, support: User, at: datetime
    ) -> None:
        twin = make_contact("Twin", phone="+15035550102")
        filed = verbs.file_evidence(claim=claim(stopped, at), by=actor(agent), at=at)

        verbs.approve(evidence_id=filed.pk, reason="Checked", by=actor(support), at=at)

        assert Suppression.objects.filter(contact=twin, lifted_at=None).exists()
        assert not may_text(twin)
        assert not may_text(stopped)


@pytest.mark.django_db
class TestFiles:
    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (PDF, file_types.PDF),
            (PNG, file_types.PNG),
            (b"\xff\xd8\xff\xe0" + b"\x00" * 20, file_types.JPEG),
            (b"RIFF\x00\x00\x00\x00WEBPVP8 ", file_types.WEBP),
            (b"RIFF\x00\x00\x00\x00WAVEfmt ", file_types.WAV),
            (b"OggS\x00\x02", file_types.OGG),
            (b"ID3\x04\x00", file_types.MP3),
            (b"\x00\x00\x00\x20ftypM4A ", file_types.M4A),
            ("Ja, gerne – Größe".encode(), file_types.TEXT),
            (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", None),
            (b"hello <script>alert(1)</script>", None),
            (b"<!DOCTYPE html><p>hi", None),
            (b"MZ\x90\x00", None),
            (b"\x7fELF\x02", None),
            (b"PK\x03\x04", None),
            (b"#!/bin/sh\nrm -rf /", None),
            (PNG + b"<script>alert(1)</script>", None),
            (b"\x00\x01\x02", None),
            (b"", None),
        ],
    )
    def test_a_file_is_what_its_content_says(self, content: bytes, kind: file_types.FileType | None) -> None:
        assert file_types.recognise(content) is kind

    @given(st.binary(max_size=200))
    def test_no_content_is_too_odd_to_be_told(self, content: bytes) -> None:
        assert file_types.recognise(content) in {None, *file_types.ACCEPTED}

    def test_a_stored_file_keeps_its_hash_and_gets_a_name_of_ours(self, at: datetime, tmp_path: Path) -> None:
        upload = SimpleUploadedFile("../../etc/pass wd<.exe", PDF)

        stored = evidence_files.store(upload=upload, at=at)

        assert (stored.name, stored.content_type) == ("pass wd_.pdf", "application/pdf")
        assert stored.sha256 == hashlib.sha256(PDF).hexdigest()
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / stored.key]

    @pytest.mark.parametrize(
        ("content", "code"), [(b"", "empty"), (b"MZ\x90", "kind_not_accepted"), (PDF + b"x" * 1_000_000, "too_large")]
    )
    def test_what_is_not_let_in_is_not_stored(
        self, by: Actor, at: datetime, tmp_path: Path, content: bytes, code: str
    ) -> None:
        update_profile(evidence_max_megabytes=1, by=by, at=at)

        with pytest.raises(UnableToFileEvidence) as refused:
            evidence_files.store(upload=SimpleUploadedFile("proof.pdf", content), at=at)

        assert refused.value.code == code
        assert list(tmp_path.rglob("*")) == []


@pytest.mark.django_db
class TestScreens:
    def login(self, person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client

    def form(self, contact: Contact, **fields: object) -> dict[str, object]:
        told = {
            "address": phone_of(contact),
            "channels": ["sms"],
            "method": "signed_paper",
            "wording": "Yes, text me",
            "consent_given_at": "2026-11-20T10:00",
        }
        return {**told, **fields}

    def test_an_agent_files_and_support_approves(self, stopped: Contact, agent: User, support: User) -> None:
        filing = self.login(agent)
        upload = BytesIO(PDF)
        upload.name = "form.pdf"

        answer = filing.post(
            reverse("admin:consent_evidence_file", args=[stopped.pk]), self.form(stopped, file=upload), follow=True
        )
        filed = Evidence.objects.get()
        assert "Somebody else must review it" in answer.content.decode()
        assert "Approve" not in answer.content.decode()

        reviewing = self.login(support)
        page = reviewing.get(reverse("admin:consent_evidence_change", args=[filed.pk])).content.decode()
        assert "Approve and lift" in page
        assert "Opted out" in page
        proof = reviewing.get(reverse("admin:consent_evidence_proof", args=[filed.pk]))
        assert b"".join(proof.streaming_content) == PDF
        assert proof["Content-Disposition"] == 'attachment; filename="form.pdf"'

        done = reviewing.post(
            reverse("admin:consent_evidence_approve", args=[filed.pk]), {"reason": "Signature checked"}, follow=True
        )
        assert "Approved. 1 suppression lifted." in done.content.decode()
        assert may_text(stopped)

    def test_what_waits_stands_above_what_is_judged(
        self, stopped: Contact, agent: User, support: User, at: datetime
    ) -> None:
        judged = verbs.file_evidence(claim=claim(stopped, at), by=actor(agent), at=at)
        verbs.reject(evidence_id=judged.pk, reason="Blurred", by=actor(support), at=at)
        waiting = verbs.file_evidence(claim=claim(stopped, at), by=actor(agent), at=at + timedelta(hours=1))

        listed = self.login(support).get(reverse("admin:consent_evidence_changelist")).context["cl"].result_list

        assert [row.pk for row in listed] == [waiting.pk, judged.pk]

    @pytest.mark.parametrize("role", ["agent", "marketing"])
    def test_agents_and_marketing_judge_nothing(
        self, request: pytest.FixtureRequest, stopped: Contact, superuser: User, at: datetime, role: str
    ) -> None:
        filed = verbs.file_evidence(claim=claim(stopped, at), by=actor(superuser), at=at)
        client = self.login(request.getfixturevalue(role))

        for verb in ("approve", "reject"):
            answer = client.post(reverse(f"admin:consent_evidence_{verb}", args=[filed.pk]), {"reason": "x"})
            assert answer.status_code == 403
        assert Evidence.objects.get().status == "pending"

    def test_a_superuser_who_filed_it_is_told_that_someone_else_must_review(
        self, stopped: Contact, superuser: User, at: datetime
    ) -> None:
        filed = verbs.file_evidence(claim=claim(stopped, at), by=actor(superuser), at=at)
        client = self.login(superuser)

        page = client.get(reverse("admin:consent_evidence_change", args=[filed.pk])).content.decode()
        answer = client.post(
            reverse("admin:consent_evidence_approve", args=[filed.pk]), {"reason": "mine"}, follow=True
        )

        assert "Someone else must review it" in page
        assert "You filed this evidence yourself" in answer.content.decode()
        assert not may_text(stopped)

    def test_a_refused_file_leaves_nothing_and_the_form_says_why(
        self, stopped: Contact, agent: User, tmp_path: Path
    ) -> None:
        upload = SimpleUploadedFile("proof.pdf", b"<svg onload=alert(1)>")

        answer = self.login(agent).post(
            reverse("admin:consent_evidence_file", args=[stopped.pk]), self.form(stopped, file=upload)
        )

        assert "What is in the file is none of" in answer.content.decode()
        assert not Evidence.objects.exists()
        assert list(tmp_path.rglob("*.*")) == []

    def test_a_refused_claim_takes_its_file_back(self, stopped: Contact, agent: User, tmp_path: Path) -> None:
        upload = SimpleUploadedFile("proof.pdf", PDF)

        answer = self.login(agent).post(
            reverse("admin:consent_evidence_file", args=[stopped.pk]),
            self.form(stopped, file=upload, consent_given_at="2020-01-01T10:00"),
        )

        assert "older than every opt-out" in answer.content.decode()
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []

    def test_strangers_get_no_proof(self, stopped: Contact, agent: User, at: datetime) -> None:
        filed = verbs.file_evidence(claim=claim(stopped, at), by=actor(agent), at=at)
        outsider = User.objects.create_user("olaf", "o@example.com", "a long enough secret", is_staff=True)

        assert self.login(outsider).get(reverse("admin:consent_evidence_proof", args=[filed.pk])).status_code == 403
        assert Client().get(reverse("admin:consent_evidence_proof", args=[filed.pk])).status_code == 302
