"""Meta by its own reference: every code, status and kind of event that it documents for WhatsApp and Messenger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from consent.providers import meta
from consent.providers.meta import status as meta_status
from consent.providers.meta.events import AppFact, Ignored
from consent.vocabulary import EventKind
from tests.consent.meta_door import change, encoded, message, messenger, optin, page, preference, status, whatsapp
from tests.consent.published_email import words

ADA = "+15035550101"
WA = ADA.removeprefix("+")
FAN = "3699000000000456"


def told(payload: dict[str, Any]) -> Sequence[tuple[str, str, str, str]]:
    """Return (what, words, button, code) of each event, or its being of no use."""
    return [
        ("ignored", "", "", "") if isinstance(each, Ignored) else (each.told, each.words, each.button, each.code)
        for each in meta.parse(encoded(payload))
    ]


IGNORED = [("ignored", "", "", "")]
WHATSAPP: dict[str, tuple[dict[str, Any], list[tuple[str, str, str, str]]]] = {
    "text": (message(WA, type="text", text={"body": "STOP"}), [("message", "STOP", "", "")]),
    "template button": (
        message(WA, type="button", button={"text": "Stop promotions", "payload": "STOP"}),
        [("message", "Stop promotions", "Stop promotions\nSTOP", "")],
    ),
    "button reply": (
        message(
            WA, type="interactive", interactive={"type": "button_reply", "button_reply": {"id": "1", "title": "No"}}
        ),
        [("message", "No", "No\n1", "")],
    ),
    "list reply": (
        message(WA, type="interactive", interactive={"type": "list_reply", "list_reply": {"id": "7", "title": "Stop"}}),
        [("message", "Stop", "Stop\n7", "")],
    ),
    "flow reply": (
        message(WA, type="interactive", interactive={"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}}),
        [("message", "", "", "")],
    ),
    **{
        kind: (message(WA, type=kind, **{kind: {"id": "1", "caption": "Stop"}}), [("message", "Stop", "", "")])
        for kind in ("image", "video", "document")
    },
    **{
        kind: (message(WA, type=kind, **{kind: {"id": "1"}}), [("message", "", "", "")])
        for kind in ("audio", "sticker", "location", "order", "of_next_year")
    },
    "contacts": (message(WA, type="contacts", contacts=[{"name": {}}]), [("message", "", "", "")]),
    "reaction": (message(WA, type="reaction", reaction={"emoji": "\U0001f6d1"}), [("message", "\U0001f6d1", "", "")]),
    "unsupported": (message(WA, type="unsupported", errors=[{"code": 131051}]), [("message", "", "", "")]),
    "number changed": (message(WA, type="system", system={"type": "user_changed_number"}), IGNORED),
    "stop": (preference(WA, "stop"), [("stop", "User requested to stop marketing messages", "", "")]),
    "resume": (preference(WA, "resume"), [("resume", "User requested to resume marketing messages", "", "")]),
    "a preference nobody knows": (preference(WA, "pause"), IGNORED),
    **{state: (status(WA, state), IGNORED) for state in ("sent", "delivered", "read", "played", "deleted", "warning")},
    "failed": (status(WA, "failed", code=131050), [("failed", "", "", "131050")]),
    "failed otherwise": (status(WA, "failed", code=131026), [("failed", "", "", "131026")]),
    **{
        field: (change(field, event="SOMETHING"), IGNORED)
        for field in (
            *("account_alerts", "account_review_update", "account_update", "business_capability_update", "flows"),
            *("message_template_quality_update", "message_template_status_update", "phone_number_name_update"),
            *("phone_number_quality_update", "security", "template_category_update", "of_next_year"),
        )
    },
}


@pytest.mark.parametrize("name", WHATSAPP)
def test_whatever_whatsapp_documents_is_read_or_named_as_of_no_use(name: str) -> None:
    made, expected = WHATSAPP[name]

    assert told(whatsapp(made)) == expected


def test_a_whatsapp_batch_is_read_event_by_event() -> None:
    assert told(whatsapp(*[made for made, _ in WHATSAPP.values()])) == [
        each for _, expected in WHATSAPP.values() for each in expected
    ]


MARKETING_STOPPED = {"131050"}
META_CODES = words(
    """
    0 1 2 3 4 10 33 100 190 200 368 80007 130403 130429 130472 130497 131000 131005 131008 131009 131016 131021
    131026 131031 131037 131042 131045 131047 131048 131049 131050 131051 131052 131053 131055 131056 131057 131059
    132000 132001 132005 132007 132012 132015 132016 132068 132069 133000 133004 133005 133006 133008 133009 133010
    134011 134100 134101 134102 135000 999999
    """
)


def test_one_of_metas_codes_is_an_opt_out_and_no_other_is() -> None:
    found = {code: meta_status.effect_of(code, meta_status.DEFAULT_EFFECTS) for code in META_CODES}

    assert {code for code, kind in found.items() if kind is EventKind.APP_OPT_OUT} == MARKETING_STOPPED
    assert set(found.values()) == {EventKind.APP_OPT_OUT, EventKind.STATUS_OTHER}


MESSENGER: dict[str, tuple[dict[str, Any], list[tuple[str, str, str, str]]]] = {
    "text": (messenger(FAN, message={"mid": "m1", "text": "Stop"}), [("message", "Stop", "", "")]),
    "quick reply": (
        messenger(FAN, message={"mid": "m2", "text": "Stop", "quick_reply": {"payload": "STOP"}}),
        [("message", "Stop", "STOP", "")],
    ),
    "attachment": (
        messenger(FAN, message={"mid": "m3", "attachments": [{"type": "image"}]}),
        [("message", "", "", "")],
    ),
    "postback": (
        messenger(FAN, postback={"mid": "m4", "title": "Stop", "payload": "STOP"}),
        [("message", "Stop", "Stop\nSTOP", "")],
    ),
    "echo": (messenger(FAN, message={"mid": "m5", "is_echo": True, "text": "Stop"}), IGNORED),
    **{
        wish: (optin(FAN, wish), [(meaning, wish.strip().upper().replace("_", " "), "", "")])
        for wish, meaning in {
            "STOP NOTIFICATIONS": "stop",
            "STOP_NOTIFICATIONS": "stop",
            "stop_notifications": "stop",
            "RESUME NOTIFICATIONS": "resume",
            "RESUME_NOTIFICATIONS": "resume",
        }.items()
    },
    "first opt-in": (messenger(FAN, optin={"type": "notification_messages", "payload": "promos"}), IGNORED),
    **{
        kind: (messenger(FAN, **{kind: {"x": 1}}), IGNORED)
        for kind in (
            *("delivery", "read", "reaction", "referral", "account_linking", "game_play", "pass_thread_control"),
            *("take_thread_control", "policy_enforcement", "response_feedback", "message_edit", "of_next_year"),
        )
    },
}


@pytest.mark.parametrize("kind", ["messaging", "standby"])
@pytest.mark.parametrize("name", MESSENGER)
def test_whatever_messenger_documents_is_read_or_named_as_of_no_use(name: str, kind: str) -> None:
    made, expected = MESSENGER[name]

    assert told(page(made, kind=kind)) == expected


@pytest.mark.parametrize("lost", ["id", "timestamp", "type"])
def test_a_no_on_whatsapp_is_heard_without_what_it_may_lack(lost: str) -> None:
    made = message(WA, type="text", text={"body": "STOP"})
    del made["value"]["messages"][0][lost], made["value"]["contacts"], made["value"]["metadata"]

    (fact,) = meta.parse(encoded(whatsapp(made)))

    assert isinstance(fact, AppFact)
    assert (fact.who, fact.words) == (ADA, "STOP")
    assert fact.identity
