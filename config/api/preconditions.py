"""If-Match: a change is made only to what the caller has seen."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from config.api.answering import etag
from config.api.problems import Problem


def check_unchanged(request: Request, content: Any) -> None:
    """Let a write go on if If-Match is absent or names what stands now. Ask under the lock of what is changed.

    Raises: Problem (412).
    """
    given = request.META.get("HTTP_IF_MATCH", "").strip()
    if not given or given == "*":
        return
    # A compressing server marks the tags it hands out as weak; they mean the same here.
    tags = {tag.strip().removeprefix("W/") for tag in given.split(",")}
    if etag(content) not in tags:
        detail = "Somebody changed it after you read it. Read it again, and send the new ETag as If-Match."
        raise Problem(412, "precondition_failed", detail)
