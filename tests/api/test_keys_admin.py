"""API keys in the staff site and on the command line: a key is told once, and its row never tells it."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from config.api.models import ApiKey
from config.api.services.keys import UnableToChangeKey, change_key, create_key, revoke_key, rotate_key
from config.api.vocabulary import Scope
from contacts.values import SYSTEM
from tests.api.conftest import Caller, MakeKey, problem
from tests.conftest import actor

pytestmark = pytest.mark.django_db

KEYS = "/admin/config/apikey/"
FORM = {"name": "Webshop", "scopes": ["decisions", "dnd:read"], "calls_per_minute": "60"}
TEXT = re.compile(r"cdk_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")
ASK = {"channel": "sms", "purpose": "marketing", "addresses": ["+15035550101"]}


@pytest.fixture
def desk(client: Client, compliance: User) -> Client:
    client.force_login(compliance)
    return client


def test_compliance_makes_a_key_that_is_shown_once(desk: Client, compliance: User) -> None:
    page = desk.post(f"{KEYS}new/", {**FORM, "owner": compliance.pk, "expires_on": "2099-01-01"})
    shown = TEXT.findall(page.content.decode())

    assert len(shown) == 1
    assert "no-store" in page.headers["Cache-Control"]
    key = ApiKey.objects.get()
    assert (key.name, key.scopes, key.owner, key.calls_per_minute) == (
        "Webshop",
        ["dnd:read", "decisions"],
        compliance,
        60,
    )
    assert Caller(shown[0]).post("decisions/", ASK).status_code == 200
    secret = shown[0].rpartition("_")[2]
    for path in (KEYS, f"{KEYS}{key.pk}/"):
        again = desk.get(path).content.decode()
        assert "Webshop" in again
        assert secret not in again
    assert secret not in str([*LogEntry.objects.values(), *ApiKey.history.values()])
    assert key.history.get().history_user == compliance


def test_a_name_is_used_once(desk: Client) -> None:
    desk.post(f"{KEYS}new/", FORM)

    page = desk.post(f"{KEYS}new/", FORM).content.decode()

    assert "There is a key “Webshop” already." in page
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [{"scopes": []}, {"scopes": ["all"]}, {"name": "a:b"}, {"expires_on": "2020-01-01"}, {"calls_per_minute": 0}],
)
def test_a_key_that_makes_no_sense_is_not_made(desk: Client, wrong: dict[str, object]) -> None:
    assert "sd-problem" in desk.post(f"{KEYS}new/", {**FORM, **wrong}).content.decode()

    assert ApiKey.objects.count() == 0


def test_scopes_that_are_taken_away_count_from_the_next_call(desk: Client, with_scopes: MakeKey) -> None:
    caller = with_scopes(name="Webshop")
    desk.post(f"{KEYS}{caller.key.pk}/", {**FORM, "scopes": ["dnd:read"]})

    problem(caller.post("decisions/", ASK), 403, "missing_scope")
    assert caller.key.history.count() == 2


def test_a_rotation_shows_the_new_key_once_and_ends_the_old_when_asked(desk: Client, shop: Caller) -> None:
    page = desk.post(f"{KEYS}{shop.key.pk}/rotate/", {"overlap": "0"})
    (new,) = TEXT.findall(page.content.decode())

    assert Caller(new).post("decisions/", ASK).status_code == 200
    problem(shop.post("decisions/", ASK), 401, "invalid_key")
    assert desk.post(f"{KEYS}{shop.key.pk}/rotate/", {"overlap": "48"}).status_code == 302
    assert Caller(new).post("decisions/", ASK).status_code == 200


def test_a_revoked_key_is_refused_and_stays_so(desk: Client, shop: Caller) -> None:
    desk.post(f"{KEYS}{shop.key.pk}/revoke/")

    problem(shop.post("decisions/", ASK), 401, "revoked_key")
    assert not TEXT.search(desk.post(f"{KEYS}{shop.key.pk}/rotate/", {"overlap": "1"}).content.decode())
    desk.post(f"{KEYS}{shop.key.pk}/", FORM)
    problem(shop.post("decisions/", ASK), 401, "revoked_key")
    assert "Revoked" in desk.get(KEYS).content.decode()


def test_a_key_has_its_name_and_what_was_done_by_whom_on_its_page(desk: Client, compliance: User, shop: Caller) -> None:
    desk.post(f"{KEYS}{shop.key.pk}/", {**FORM, "scopes": ["dnd:read"]})

    page = " ".join(desk.get(f"{KEYS}{shop.key.pk}/").content.decode().split())

    assert "<dt>Name</dt> <dd> Shop </dd>" in page
    assert f"<td>{compliance}</td> <td>Changed</td> <td>dnd:read</td>" in page
    assert "<td>An operator</td> <td>Made</td>" in page


def test_nobody_reads_a_way_to_change_a_key_by_looking(desk: Client, shop: Caller) -> None:
    for act in ("rotate", "revoke"):
        assert desk.get(f"{KEYS}{shop.key.pk}/{act}/").status_code == 405
    assert shop.post("decisions/", ASK).status_code == 200


def test_verbs_refuse_what_makes_no_sense(shop: Caller, agent: User) -> None:
    at, by, key = timezone.now(), actor(agent), shop.key
    with pytest.raises(UnableToChangeKey, match="24 hours"):
        rotate_key(key_id=key.pk, overlap=timedelta(hours=25), by=by, at=at)
    terms = {"expires_at": None, "calls_per_minute": 5, "owner_id": None, "by": by, "at": at}
    with pytest.raises(UnableToChangeKey, match="at least one thing"):
        change_key(key_id=key.pk, scopes=set(), **terms)
    revoke_key(key_id=key.pk, by=by, at=at)
    with pytest.raises(UnableToChangeKey, match="revoked"):
        change_key(key_id=key.pk, scopes={Scope.DECISIONS}, **terms)
    assert "cdk_" not in repr(create_key(name="Other", scopes={Scope.DECISIONS}, by=SYSTEM, at=at))


def told(*words: str) -> str:
    out = StringIO()
    call_command("create_api_key", *words, stdout=out)
    return out.getvalue()


def test_the_command_prints_the_key_and_nothing_else(agent: User) -> None:
    line = told("Import job", "--scopes", "decisions,dnd:write", "--expires", "7", "--owner", "alex")

    assert TEXT.fullmatch(line.removesuffix("\n"))
    assert Caller(line.strip()).post("decisions/", ASK).status_code == 200
    key = ApiKey.objects.get()
    assert (key.name, key.scopes, key.owner) == ("Import job", ["dnd:write", "decisions"], agent)
    assert timedelta(days=6, hours=23) < (key.expires_at or timezone.now()) - timezone.now() <= timedelta(days=7)
    assert set(Caller(told("All", "--scopes", "all").strip()).key.scopes) == {scope.value for scope in Scope}


@pytest.mark.parametrize(
    "words",
    [
        ("X", "--scopes", "everything"),
        ("X", "--scopes", ""),
        ("a:b", "--scopes", "all"),
        ("X", "--scopes", "all", "--expires", "0"),
        ("X", "--scopes", "all", "--owner", "nobody"),
    ],
)
def test_the_command_says_what_is_wrong(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        told(*words)

    assert ApiKey.objects.count() == 0
