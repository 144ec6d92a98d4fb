"""The screens of consent that stand for no table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from consent.admin import rules, try_message


@dataclass(frozen=True, slots=True)
class Screen:
    """A view of the staff site. `name` is what `reverse("admin:…")` takes."""

    path: str
    name: str
    view: Callable[[HttpRequest], HttpResponse]


SCREENS = (
    Screen("rules/", "rules", rules.view),
    Screen("try-a-message/", "try_message", try_message.view),
)
