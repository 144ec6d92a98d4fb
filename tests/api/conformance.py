"""What the API answers, held against its own document: no status, media type, code or shape that it doesn't name."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from config.api.openapi import document
from config.api.problems import CONTENT_TYPE

OUTSIDE = {"not_found", "method_not_allowed", "malformed", "not_authenticated", "key_in_query"}
"""What an address or a method that is not in the document may be answered."""
MOST_TO_READ = 200_000
"""Larger answers have rows like those of smaller ones."""


def refuse_undocumented(method: str, path: str, response: Any) -> None:
    """Fail where an answer is not what the document says of its operation."""
    operation = operation_at(method, path)
    media_type = response.headers.get("Content-Type", "").partition(";")[0]
    if operation is None:
        if response.status_code >= 400:
            assert response.json()["code"] in {*OUTSIDE, *_codes_of_all()}, (method, path, response.content)
        return
    name, status = operation["operationId"], str(response.status_code)
    assert status in operation["responses"], f"{name} answers {status}, undocumented: {response.content!r}"
    for header, told in operation["responses"][status].get("headers", {}).items():
        assert header in response.headers or not told.get("required"), f"{name} {status} has no {header}"
    content = operation["responses"][status].get("content", {})
    if not content:
        assert not response.content, f"{name} {status} has a body that is not documented"
        return
    assert media_type in content, f"{name} {status} answers {media_type}, undocumented"
    if media_type == CONTENT_TYPE:
        assert response.json()["code"] in codes(operation), f"{name}: undocumented code in {response.content!r}"
    if response.streaming or len(response.content) > MOST_TO_READ or not media_type.endswith("json"):
        return
    wrong = [each.message for each in validator(content[media_type]["schema"]).iter_errors(response.json())]
    assert not wrong, f"{name} {status}: {wrong[:3]} in {response.content[:2000]!r}"


def operation_at(method: str, path: str) -> dict[str, Any] | None:
    """Return the documented operation that a request is for."""
    bare = path.partition("?")[0]
    for pattern, methods in _paths():
        if pattern.fullmatch(bare):
            found: dict[str, Any] | None = methods.get(method.lower())
            return found
    return None


def operations() -> list[dict[str, Any]]:
    """Return every documented operation."""
    return [each for methods in document()["paths"].values() for each in methods.values()]


def codes(operation: dict[str, Any]) -> set[str]:
    """Return the codes that an operation's document names."""
    return {
        example["value"]["code"]
        for response in operation["responses"].values()
        for example in response.get("content", {}).get(CONTENT_TYPE, {}).get("examples", {}).values()
    }


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """Return what checks a value against a schema of the document."""
    return Draft202012Validator(
        {**schema, "components": document()["components"]}, format_checker=FormatChecker(["uuid", "date-time"])
    )


@cache
def _paths() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    """Return patterns, those without parameters first: lists/bulk/ is none of lists/{slug}/."""
    paths = sorted(document()["paths"].items(), key=lambda item: item[0].count("{"))
    return [(re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))), methods) for path, methods in paths]


@cache
def _codes_of_all() -> frozenset[str]:
    return frozenset(code for operation in operations() for code in codes(operation))
