"""The OpenAPI document and its page: valid, complete, with an example for all that is sent and answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from openapi_spec_validator import validate

from config.api.examples import ANSWERS, DETAILS
from config.api.openapi import document
from config.api.problems import CONTENT_TYPE, TITLES
from config.api.schema import STATUS_OF
from config.webhooks import signing
from consent.sentences import REFUSALS
from tests.api.conformance import codes, operations, validator

BY_NAME = {each["operationId"]: each for each in operations()}


def _contents(operation: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return what an operation takes and answers, beside its problems."""
    sent = operation.get("requestBody", {}).get("content", {}).items()
    answered = [
        (f"{status} {media_type}", content)
        for status, response in operation["responses"].items()
        for media_type, content in response.get("content", {}).items()
        if status.startswith("2")
    ]
    return [*sent, *answered]


def test_the_document_is_valid_openapi_3_1_and_anybody_may_read_it(client: Client) -> None:
    response = client.get("/api/v1/schema/")

    assert response.json()["openapi"].startswith("3.1")
    validate(response.json())


def test_the_document_is_made_without_a_warning() -> None:
    GENERATOR_STATS.reset()

    SchemaGenerator().get_schema(request=None, public=True)

    assert not GENERATOR_STATS


@pytest.mark.parametrize("name", BY_NAME)
def test_every_operation_has_a_summary_a_tag_and_an_example_of_each_body(name: str) -> None:
    operation = BY_NAME[name]

    assert operation["summary"]
    assert operation["tags"] != ["api"]
    for where, content in _contents(operation):
        assert content.get("examples") or "multipart" in where, f"{name}: no example of {where}"


@pytest.mark.parametrize("name", BY_NAME)
def test_every_example_is_what_its_schema_says(name: str) -> None:
    operation = BY_NAME[name]
    problems = [
        (status, content)
        for status, response in operation["responses"].items()
        for media_type, content in response.get("content", {}).items()
        if media_type == CONTENT_TYPE
    ]

    for where, content in [*_contents(operation), *problems]:
        for example in content.get("examples", {}).values():
            if not isinstance(example["value"], str):
                wrong = [each.message for each in validator(content["schema"]).iter_errors(example["value"])]
                assert not wrong, f"{name} {where}"


def test_every_code_has_a_status_a_title_and_a_sentence_of_its_own() -> None:
    documented = set().union(*(codes(each) for each in operations()))

    assert documented >= set(STATUS_OF) - {"method_not_allowed"}
    assert documented <= {*TITLES, *REFUSALS}
    assert documented <= {*DETAILS, *REFUSALS}


def test_examples_are_of_operations_that_there_are() -> None:
    assert set(ANSWERS) <= set(BY_NAME)


def test_a_body_that_is_sent_takes_no_other_fields_and_an_answer_may_grow() -> None:
    schemas = document()["components"]["schemas"]

    assert schemas["DndBody"]["additionalProperties"] is False
    assert schemas["AttestBody"]["additionalProperties"] is False
    assert "additionalProperties" not in schemas["ContactShape"]


def test_every_operation_says_how_to_show_who_one_is() -> None:
    assert all(each["security"] == [{"key": []}, {"session": []}] for each in operations())


def test_the_document_tells_what_arrives_at_an_endpoint_and_how_to_verify_it() -> None:
    told: dict[str, Any] = {}
    exec(document()["info"]["description"].partition("```python\n")[2].partition("```")[0], told)
    secret, now, body = signing.new_secret(), timezone.now(), b'{"type":"webhook.test"}'

    headers = signing.headers(message_id="5", body=body, secrets=[signing.new_secret(), secret], at=now)
    older = signing.headers(message_id="5", body=body, secrets=[secret], at=now - timedelta(minutes=6))

    shown = {name.lower(): value for name, value in headers.items()}
    assert told["is_ours"](body, shown, secret)
    assert not told["is_ours"](body + b" ", shown, secret)
    assert not told["is_ours"](body, shown, signing.new_secret())
    assert not told["is_ours"](body, {name.lower(): value for name, value in older.items()}, secret)
    webhook = document()["webhooks"]["ledger_entry"]["post"]
    assert {each["name"] for each in webhook["parameters"]} == {name for name in shown if name.startswith("webhook-")}


def test_the_page_takes_all_its_parts_from_this_machine(client: Client) -> None:
    response = client.get("/api/v1/docs/")

    page, policy = response.content.decode(), response.headers["Content-Security-Policy"]
    assert "https://" not in page
    assert "script-src 'self';" in f"{policy};"
    for part in ("swagger-ui.css", "swagger-ui-bundle.js"):
        assert f"swagger-ui-dist/{part}" in page
        assert finders.find(f"drf_spectacular_sidecar/swagger-ui-dist/{part}")
    assert finders.find("consent_desk/api-docs.js")


def test_the_screen_of_api_keys_leads_to_the_page(client: Client, compliance: User) -> None:
    client.force_login(compliance)

    assert 'href="/api/v1/docs/"' in client.get("/admin/config/apikey/").content.decode()


@pytest.mark.parametrize("path", ["schema", "docs"])
def test_the_document_and_its_page_are_read_only(client: Client, path: str) -> None:
    response = client.post(f"/api/v1/{path}/")

    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
