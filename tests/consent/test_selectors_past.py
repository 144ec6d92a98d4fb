"""What the gate answered then: by our own records, equal to what was answered at the time."""

from __future__ import annotations

from datetime import datetime

import pytest

from consent.selectors.decisions import Answer, decide_many
from consent.values import GateRequest
from contacts.values import Actor
from tests.consent.life import Life

pytestmark = pytest.mark.django_db


def told(answer: Answer) -> tuple[object, ...]:
    return answer.address_value, [
        (reason.code, reason.text, reason.kind, reason.expires_at, reason.suppression_id)
        for reason in answer.decision.reasons
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_happened_since_the_gate_answers_for_then_as_it_did_then(seed: int, by: Actor) -> None:
    life = Life(seed, by)
    asked: list[tuple[datetime, GateRequest, list[Answer]]] = []
    for _ in range(60):
        life.act()
        asked += [(life.now, question, decide_many(question, life.subjects())) for question in life.questions()]

    for at, question, answers in asked:
        again = decide_many(question, [answer.subject for answer in answers], at=at)
        assert [told(answer) for answer in again] == [told(answer) for answer in answers], (at, question)
