"""The screens of consent that stand for no table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse

from consent.admin import (
    alerts,
    consent_texts,
    consents,
    holds,
    interest,
    requests,
    reviews,
    rules,
    try_message,
    words,
)


@dataclass(frozen=True, slots=True)
class Screen:
    """A view of the staff site. `name` is what `reverse("admin:…")` takes."""

    path: str
    name: str
    view: Callable[..., HttpResponse]


SCREENS = (
    Screen("rules/", "rules", rules.view),
    Screen("try-a-message/", "try_message", try_message.view),
    Screen("review-holds/", "review_holds", holds.holds),
    Screen("signals/", "signals", holds.signals),
    Screen("no-interest/", "no_interest", interest.view),
    Screen("reviews/<int:suppression_id>/", "review_case", reviews.view),
    Screen("sender-alerts/", "sender_alerts", alerts.view),
    Screen("words/", "words", words.view),
    Screen("consent-texts/", "consent_texts", consent_texts.view),
    Screen("re-permission/", "repermission", consents.repermission),
    Screen("opt-out-requests/", "opt_out_requests", requests.requests),
    Screen("opt-out-requests/log/", "opt_out_request_log", requests.log),
    Screen("opt-out-requests/<int:request_id>/", "opt_out_request", requests.page),
)
