"""The Words page: tried before it is saved, locked where it is reserved, and every version kept in view."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from consent.models import InboundMessage, WordListVersion
from consent.selectors.words import own_entries
from contacts.models import Contact
from tests.config.desk import as_user, said
from tests.consent.doors import INBOUND, knock, sms
from tests.factories.lists import make_list

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]


def post(client: Client, do: str, **fields: object) -> HttpResponse:
    number = WordListVersion.objects.count()
    given = {"kind": "phrase:", "language": "", "text": "", "sentence": "", "note": "", "expected": number, **fields}
    return client.post(reverse("admin:words"), {**given, "do": do})


def test_a_phrase_is_tried_then_saved_and_counts_at_the_door(ada: Contact, compliance: User) -> None:
    client = as_user(compliance)

    tried = post(client, "try", text="pack it in now", sentence="just pack it in now").content.decode()
    assert "The change makes a difference here." in tried
    assert not WordListVersion.objects.exists()
    saved = post(client, "save", text="pack it in now", note="Heard twice this week.", language="en")
    knock(INBOUND, sms("+15035550101", "just pack it in now"))

    assert (saved.status_code, "version 1" in said(saved)) == (302, True)
    assert InboundMessage.objects.get().message_class == "opt_out"
    shown = client.get(reverse("admin:words")).content.decode()
    assert "Heard twice this week." in shown
    assert "Added “pack it in now”" in shown


def test_an_own_word_is_removed_and_its_version_stays(compliance: User) -> None:
    client = as_user(compliance)
    post(client, "save", kind="signal:wrong_number", text="who is dave\nno dave here", note="Dave's old number.")

    tried = post(client, "try", remove=["0"], sentence="who is dave").content.decode()
    removed = post(client, "save", remove=["0"], note="He is back.")

    assert "The change makes a difference here." in tried
    assert removed.status_code == 302
    assert [entry.text for entry in own_entries()] == ["no dave here"]
    assert "Removed “who is dave”" in client.get(reverse("admin:words")).content.decode()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"kind": "opt_out:", "text": "start", "note": "?"}, "cannot mean two things"),
        ({"kind": "opt_in:", "text": "ok", "note": "?"}, "An opt-in word has to mean nothing else."),
        ({"kind": "opt_out:", "text": "nopromo", "note": "?"}, "is the keyword of the list"),
        ({"kind": "homonym:", "text": "stop texting me", "note": "?"}, "cannot be excepted"),
        ({"text": "pack it in now"}, "Say what you change, and why."),
        ({"note": "Nothing."}, "Add a word, or choose one to remove."),
        ({"text": "pack it in now", "note": "Late.", "expected": 4}, "Somebody changed the words meanwhile."),
        ({"remove": ["7"], "note": "?"}, "Add a word, or choose one to remove."),
    ],
)
def test_what_is_refused_says_why_at_its_field(compliance: User, fields: dict[str, object], sentence: str) -> None:
    make_list("promo", keyword="NOPROMO")

    answer = post(as_user(compliance), "save", **fields)

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not WordListVersion.objects.exists()


def test_reserved_words_are_shown_locked(compliance: User) -> None:
    shown = as_user(compliance).get(reverse("admin:words")).content.decode()

    assert 'aria-hidden="true">lock</span>stop</li>' in shown
    assert 'aria-hidden="true">lock</span>unstop</li>' in shown


@pytest.mark.parametrize("role", ["agent", "marketing", "support"])
def test_only_compliance_changes_words(role: str, request: pytest.FixtureRequest) -> None:
    client = as_user(request.getfixturevalue(role))

    shown = client.get(reverse("admin:words"))
    answer = post(client, "save", text="pack it in now", note="Mine.")

    assert shown.status_code == 200
    assert "Save as a new version" not in shown.content.decode()
    assert answer.status_code == 403
    assert not WordListVersion.objects.exists()
