"""Who calls: an integration by its key, or a person by their session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.models import AnonymousUser, User
from django.utils import timezone
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from config.api.models import ApiKey
from config.api.problems import Problem
from config.api.services import keys
from config.api.vocabulary import Scope
from config.roles import SCOPE_PERMISSIONS
from consent.vocabulary import Source
from contacts.values import Actor, staff_name
from contacts.vocabulary import ActorKind

KEYS_NAMES = frozenset({"key", "api_key", "apikey", "api-key", "access_token", "token", "authorization", "bearer"})
"""Query parameters that somebody may try to send a key in."""


def refuse_key_in_query(request: Request) -> None:
    """Refuse a request whose address holds a key: addresses end up in logs. Raises: Problem."""
    query = request.query_params.lists()
    if any(name.lower() in KEYS_NAMES or any("cdk_" in value for value in values) for name, values in query):
        detail = (
            "Send the key in the Authorization header: “Authorization: Bearer <key>”. Addresses are written to logs;"
            " if this was a real key, rotate it."
        )
        raise Problem(400, "key_in_query", detail)


class KeyAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer <key>`. An integration is no user: to Django it is anonymous, and `auth` is its key."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        scheme, _, text = header.partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            raise AuthenticationFailed("Send your key as “Authorization: Bearer <key>”.", code="invalid_key")
        at = timezone.now()
        try:
            key = keys.recognise(text.strip(), at=at)
        except keys.KeyRefused as no:
            raise AuthenticationFailed(str(no), code=no.code) from no
        keys.note_use(key, at=at)
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class SessionAuthentication(authentication.SessionAuthentication):
    """The staff site's log-in, with its CSRF token on everything that writes."""

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as verbs and checks need it. Without a key it is a person."""

    actor: Actor
    source: Source
    key: ApiKey | None
    user: Any

    def has(self, scope: Scope) -> bool:
        """Return whether the caller may do what the scope names."""
        if self.key is not None:
            return scope.value in self.key.scopes
        permissions = SCOPE_PERMISSIONS[scope]
        return bool(permissions) and all(self.user.has_perm(each) for each in permissions)

    def may(self, *permissions: str) -> bool:
        """Return whether a person has these permissions. A key has scopes, and none of them."""
        return self.key is None and all(self.user.has_perm(each) for each in permissions)


def caller_of(request: Request) -> Caller:
    """Return who calls."""
    if isinstance(request.auth, ApiKey):
        return Caller(request.auth.actor, Source.API, request.auth, None)
    user = cast(User, request.user)
    return Caller(Actor(ActorKind.USER, str(user.pk), staff_name(user)), Source.STAFF, None, user)
