"""What must hold at every door, whoever knocks: inherit `DoorSuite` and say in a fixture how one knocks there.

class TestAppDoors(DoorSuite):
    @pytest.fixture(params=["inbound", "status"])
    def door(self, request, settings) -> DoorCase: ...
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve

from consent.models import Delivery, DoorCounter, EmailEvent, InboundMessage, LedgerEntry, Suppression
from tests.consent.email_knocks import Knock

FUZZED = 100
"""Bodies per door; what reads them meets ten thousand more in tests of its own."""
AUTHENTIC_EVERY = 5
"""One in so many of them is signed as it is, and must not be lost."""


@dataclass(frozen=True)
class DoorCase:
    """One door, and how one knocks there.

    `knock(body)` is authentic, with that body as far as the provider can sign it, or with a fresh event for None.
    A callable that is None: this door knows no such thing. `silences`: a fresh event sets a suppression. `handshake`
    are methods by which the provider proves itself in another way.
    """

    name: str
    knock: Callable[[bytes | None], Knock]
    without_proof: Callable[[Knock], Knock]
    with_wrong_key: Callable[[], Knock]
    tampered: Callable[[Knock], Knock] | None = None
    stale: Callable[[], Knock] | None = None
    from_the_future: Callable[[], Knock] | None = None
    other_body_same_id: Callable[[Knock], Knock] | None = None
    close: Callable[[], None] | None = None
    silences: bool = True
    accepted: int = 200
    unproven: frozenset[int] = frozenset({403})
    refused_for_good: int = 406
    wrong_type: int = 415
    allowed_methods: frozenset[str] = field(default_factory=lambda: frozenset({"POST"}))
    handshake: frozenset[str] = frozenset()


def kept() -> tuple[int, ...]:
    """Return how many rows there are of everything that a request may leave, but the count of refusals."""
    return tuple(model.objects.count() for model in (Delivery, EmailEvent, InboundMessage, LedgerEntry, Suppression))


class DoorSuite:
    """The security of a door, as tests."""

    pytestmark = pytest.mark.django_db

    def test_an_authentic_request_is_kept_read_and_answered(self, door: DoorCase) -> None:
        answer = door.knock(None).send()

        assert answer.status_code == door.accepted
        delivery = Delivery.objects.get()
        assert delivery.status == "processed", delivery.reason
        assert Suppression.objects.exists() is door.silences

    def test_a_request_without_proof_leaves_nothing_but_a_count(self, door: DoorCase) -> None:
        self.is_refused(door, door.without_proof(door.knock(None)))

    def test_a_request_with_another_key_leaves_nothing_but_a_count(self, door: DoorCase) -> None:
        self.is_refused(door, door.with_wrong_key())

    def test_a_request_that_was_tampered_with_leaves_nothing_but_a_count(self, door: DoorCase) -> None:
        if door.tampered is None:
            assert door.name in UNSIGNED_BODIES
            return
        self.is_refused(door, door.tampered(door.knock(None)))

    def is_refused(self, door: DoorCase, knock: Knock) -> None:
        answer = knock.send()

        assert answer.status_code in door.unproven
        assert kept() == (0, 0, 0, 0, 0)
        assert DoorCounter.objects.get().count == 1

    def test_an_old_proof_is_refused_for_good(self, door: DoorCase) -> None:
        for made in (door.stale, door.from_the_future):
            if made is not None:
                assert made().send().status_code in {door.refused_for_good, *door.unproven}
        assert kept() == (0, 0, 0, 0, 0)

    def test_the_same_request_again_is_answered_and_counts_once(self, door: DoorCase) -> None:
        knock = door.knock(None)
        knock.send()
        before = kept()

        answers = [knock.send().status_code for _ in range(3)]

        assert answers == [door.accepted] * 3
        assert kept() == before

    def test_another_body_under_the_same_id_is_refused_and_flagged(self, door: DoorCase) -> None:
        if door.other_body_same_id is None:
            return
        knock = door.knock(None)
        knock.send()
        before = (LedgerEntry.objects.count(), Suppression.objects.count())

        replay = door.other_body_same_id(knock)
        answers = [replay.send().status_code for _ in range(2)]

        assert set(answers) <= {door.refused_for_good, 409}
        assert (LedgerEntry.objects.count(), Suppression.objects.count()) == before
        assert [row.status for row in Delivery.objects.order_by("id")] == ["processed", "conflict"]

    def test_an_oversized_request_is_not_even_read(self, door: DoorCase) -> None:
        knock = door.knock(None)

        answer = knock.with_body(b" " * (settings.WEBHOOK_MAX_BYTES + 1)).send()

        assert answer.status_code == 413
        assert kept() == (0, 0, 0, 0, 0)

    @pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
    def test_only_posts_are_taken(self, door: DoorCase, method: str) -> None:
        answer = Client().generic(method, door.knock(None).path)

        refused = 403 if method in door.handshake else 405
        assert answer.status_code == (200 if method in door.allowed_methods else refused)
        assert kept() == (0, 0, 0, 0, 0)

    @pytest.mark.parametrize("content_type", ["text/html", "multipart/form-data; boundary=x", "", "application/xml"])
    def test_other_content_types_are_refused(self, door: DoorCase, content_type: str) -> None:
        answer = replace(door.knock(None), content_type=content_type).send()

        assert answer.status_code == door.wrong_type
        assert kept() == (0, 0, 0, 0, 0)

    def test_a_door_without_its_secret_is_closed(self, door: DoorCase) -> None:
        if door.close is None:
            return
        knock = door.knock(None)
        door.close()

        assert knock.send().status_code == 403
        assert kept() == (0, 0, 0, 0, 0)

    def test_no_body_breaks_the_door_and_no_authentic_one_is_lost(self, door: DoorCase) -> None:
        chance = random.Random(door.name)
        proven = door.knock(None)
        unproven = proven if door.tampered else door.without_proof(proven)
        for number in range(FUZZED):
            body = fuzz(proven.body, chance)
            authentic = number % AUTHENTIC_EVERY == 0
            knock = door.knock(body) if authentic else unproven.with_body(body)

            answer = self.knock_directly(knock)

            assert answer.status_code < 500, (knock.body, answer.content)
            if answer.status_code == door.accepted:
                assert Delivery.objects.filter(body=knock.body).exists() or self.was_accepted_before(knock)
        assert not Delivery.objects.filter(status="pending").exists()

    def knock_directly(self, knock: Knock) -> HttpResponse:
        """Call the view without the middleware around it, which the other tests go through."""
        match = resolve(knock.path)
        return match.func(knock.request(), *match.args, **match.kwargs)

    def was_accepted_before(self, knock: Knock) -> bool:
        """Return whether the body is another spelling of one that is here: the answer names no new row then."""
        count = Delivery.objects.count()
        self.knock_directly(knock)
        return Delivery.objects.count() == count > 0


UNSIGNED_BODIES = frozenset({"brevo", "mailgun", "mailjet", "postmark", "sparkpost"})
"""Doors whose proof does not cover the body: a password, or Mailgun's block, which is good for one body only."""


def fuzz(body: bytes, chance: random.Random) -> bytes:
    """Return something else than a body: cut, flipped, stuffed, of another type, too deep, or no text at all."""
    match chance.randrange(8):
        case 0:
            return body[: chance.randrange(len(body))]
        case 1:
            at = chance.randrange(len(body))
            return body[:at] + bytes([chance.randrange(256)]) + body[at + 1 :]
        case 2:
            at = chance.randrange(len(body))
            return body[:at] + chance.choice(STUFFING) + body[at:]
        case 3:
            return chance.randbytes(chance.randrange(200))
        case 4:
            return chance.choice(STUFFING)
        case 5:
            return swap_a_value(body, chance)
        case 6:
            return body * chance.randrange(2, 4)
        case _:
            at, end = sorted(chance.randrange(len(body)) for _ in range(2))
            return body[:at] + body[end:]


STUFFING = (
    b"",
    b"\x00",
    b"\\u0000",
    b"\\ud800",
    b"\xff\xfe",
    b"null",
    b"[]",
    b"{}",
    b'{"a":',
    b"[" * 5000,
    b'{"a":' * 3000,
    b"1e999",
    b"-0",
    b"9" * 5000,
    b"NaN",
    b'"',
    b"&mandrill_events=[]",
    b"%00%ff",
    "\u202e\ufeff🛑".encode(),
)
VALUES = (b"null", b"true", b"0", b"-1", b"1e999", b"NaN", b"[]", b"{}", b'"\\u0000"', b'"\\ud800"', b'[["x"]]', b'""')


def swap_a_value(body: bytes, chance: random.Random) -> bytes:
    """Return a body in which one JSON value has become another."""
    starts = [at for at, char in enumerate(body) if char == ord(":")]
    if not starts:
        return body
    at = chance.choice(starts) + 1
    ends = [end for end in (body.find(b",", at), body.find(b"}", at)) if end > 0]
    return body[:at] + chance.choice(VALUES) + body[min(ends, default=len(body)) :]
