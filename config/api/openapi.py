"""The OpenAPI document: generated from the endpoints, finished with what they can't say themselves, and served."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from config.api.answering import answer
from config.api.examples import ANSWERS
from config.api.introduction import INTRODUCTION
from config.api.webhook_messages import HEADERS, LEDGER_ENTRY

LINKS: dict[str, dict[str, str]] = {
    "create_contact": {"contact_id": "$response.body#/id"},
    "create_list": {"slug": "$response.body#/slug"},
    "file_evidence": {"evidence_id": "$response.body#/id"},
    "create_webhook_endpoint": {"endpoint_id": "$response.body#/id"},
}
"""Operation → parameters of others that its answer holds."""


def finish(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Finish the document (a hook of drf-spectacular): who may, strict bodies, and links between operations."""
    result["info"]["description"] = INTRODUCTION
    schemas = result["components"]["schemas"]
    for schema in schemas.values():
        # Two shapes of one thing: a body may fit both, as the empty one does.
        if "oneOf" in schema:
            schema["anyOf"] = schema.pop("oneOf")
    operations = dict(_operations(result))
    for name, answers in ANSWERS.items():
        for status, value in answers.items():
            for content in operations[name]["responses"][status]["content"].values():
                content.setdefault("examples", {"usual": {"value": value}})
    # drf-spectacular leaves out the parameters of webhooks.
    result["webhooks"][LEDGER_ENTRY.name]["post"]["parameters"] = [
        {"name": name, "in": "header", "required": True, "description": told, "schema": {"type": "string"}}
        for name, told in HEADERS.items()
    ]
    for operation in operations.values():
        operation["security"] = [each for each in operation["security"] if each]
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "query" and parameter["schema"] == {"type": "string"}:
                parameter["schema"] = {"type": "string", "minLength": 1}
    for name in _reached(schemas, [each.get("requestBody") for each in operations.values()]):
        if schemas[name].get("type") == "object":
            schemas[name].setdefault("additionalProperties", False)
    for name, values in LINKS.items():
        for status, response in operations[name]["responses"].items():
            if status.startswith("2"):
                response["links"] = dict(_links(operations, values))
    return result


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for methods in document["paths"].values():
        for operation in methods.values():
            yield operation["operationId"], operation


def _links(operations: dict[str, dict[str, Any]], values: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a link to each operation whose path takes these parameters and none else without a choice."""
    parameters = {f"path.{name}": value for name, value in values.items()}
    for name, operation in operations.items():
        path = [each for each in operation.get("parameters", ()) if each["in"] == "path"]
        open_ones = {each["name"] for each in path if "enum" not in each["schema"]}
        if open_ones == values.keys():
            yield name, {"operationId": name, "parameters": parameters}


def _reached(schemas: dict[str, Any], starts: list[Any]) -> set[str]:
    """Return the names of the schemas that these parts use, however deep."""
    found: set[str] = set()
    queue = list(starts)
    while queue:
        each = queue.pop()
        if isinstance(each, list):
            queue += each
        elif isinstance(each, dict):
            name = str(each.get("$ref", "")).rpartition("/")[2]
            if name in schemas and name not in found:
                found.add(name)
                queue.append(schemas[name])
            queue += each.values()
    return found


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document of this version. It is the same for everybody, and made once."""
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return made


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """Answer with the OpenAPI document."""
    return answer(document())


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show the document as a page to read and to try."""
    return render(request, "api/docs.html")
