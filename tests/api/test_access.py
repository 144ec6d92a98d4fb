"""Who may call what: each endpoint with each scope, and without a key."""

from __future__ import annotations

from uuid import uuid4

import pytest

from config.api.urls import urlpatterns
from config.api.vocabulary import Scope
from tests.api.conftest import Caller, MakeKey, problem

pytestmark = pytest.mark.django_db

CONTACT = str(uuid4())
ENDPOINTS: dict[str, tuple[str, dict[str, Scope]]] = {
    "api-lists": ("lists/", {"GET": Scope.LISTS_READ, "POST": Scope.LISTS_WRITE}),
    "api-list": ("lists/x/", {"GET": Scope.LISTS_READ, "PATCH": Scope.LISTS_WRITE}),
    "api-members": ("lists/x/members/", {"GET": Scope.LISTS_READ}),
    "api-member": (f"lists/x/members/{CONTACT}/", {"GET": Scope.LISTS_READ, "PUT": Scope.LISTS_WRITE}),
    "api-members-bulk": ("lists/x/members/bulk/", {"POST": Scope.LISTS_WRITE}),
    "api-audience": ("lists/x/audience/", {"GET": Scope.LISTS_READ}),
    "api-suppressions": ("suppressions/", {"GET": Scope.DND_READ}),
    "api-suppressions-bulk": ("suppressions/bulk/", {"POST": Scope.DND_WRITE}),
    "api-evidence-approve": (f"evidence/{CONTACT}/approve/", {"POST": Scope.EVIDENCE_REVIEW}),
    "api-evidence-reject": (f"evidence/{CONTACT}/reject/", {"POST": Scope.EVIDENCE_REVIEW}),
    "api-merge": ("contacts/merge/", {"POST": Scope.CONTACTS_WRITE}),
    "api-events": ("events/", {"GET": Scope.EVENTS_READ}),
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@pytest.mark.parametrize("name", sorted(ENDPOINTS))
def test_an_endpoint_opens_to_its_scope_alone(with_scopes: MakeKey, nobody: Caller, name: str) -> None:
    path, scopes = ENDPOINTS[name]
    for method in METHODS:
        problem(nobody(method, path), 401, "not_authenticated")
        for scope in Scope:
            answered = with_scopes(scope, calls_per_minute=1000)(method, path)
            if method not in scopes:
                problem(answered, 405, "method_not_allowed")
            elif scope is scopes[method]:
                assert answered.status_code in {200, 404, 422}, (method, path, answered.content)
            else:
                problem(answered, 403, "missing_scope")


def test_a_method_in_another_ones_clothes_stays_what_it_is(with_scopes: MakeKey) -> None:
    reader = with_scopes(Scope.LISTS_READ)

    answered = reader("GET", "lists/", X_HTTP_Method_Override="POST")

    assert answered.status_code == 200


def test_each_of_these_endpoints_is_there() -> None:
    assert set(ENDPOINTS) <= {pattern.name for pattern in urlpatterns}
