"""The steps of reading, in their order, and what the caller may tell beside the body."""

from __future__ import annotations

import pytest

from consent.keywords import DEFAULT_WORDS, STEPS, read
from consent.vocabulary import MessageClass

OPT_OUT, OPT_IN, HELP = MessageClass.OPT_OUT, MessageClass.OPT_IN, MessageClass.HELP
LIST, HOLD, SOFT, NONE = (
    MessageClass.LIST_KEYWORD,
    MessageClass.REVIEW_HOLD,
    MessageClass.SOFT,
    MessageClass.NONE,
)


@pytest.mark.parametrize(
    ("body", "message_class", "rule", "matched"),
    [
        ("STOP", OPT_OUT, "K01", "stop"),
        ("Opt-Out", OPT_OUT, "K01", "opt out"),
        ("START", OPT_IN, "K02", "start"),
        ("UNSTOP", OPT_IN, "K02", "unstop"),
        ("Resubscribe!", OPT_IN, "K02", "resubscribe"),
        ("help?", HELP, "K03", "help"),
        ("STOP START", HOLD, "K05", "start stop"),
        ("don't stop", NONE, "K05", ""),
        ("I will stop by at 3", NONE, "K05", ""),
        ("please stop", OPT_OUT, "K06", "stop"),
        ("please cancel", HOLD, "K06", "cancel"),
        ("stop texting me", OPT_OUT, "K07", "stop texting"),
        ("wrong person, stop sending these", OPT_OUT, "K07", "stop sending"),
        ("wrong number", OPT_OUT, "K08", "wrong number"),
        ("not interested", SOFT, "K09", "not interested"),
        ("STPO", HOLD, "K10", "stop"),
        ("stop sending so many", HOLD, "K10", "stop sending"),
        ("See you Tuesday", NONE, "K11", ""),
        ("", NONE, "K11", ""),
    ],
)
def test_the_first_step_that_finds_something_decides(
    body: str, message_class: MessageClass, rule: str, matched: str
) -> None:
    reading = read(body, words=DEFAULT_WORDS)

    assert (reading.message_class, reading.rule, reading.matched) == (message_class, rule, matched)


def test_the_steps_are_numbered_in_their_order_and_each_says_why() -> None:
    assert [step.code for step in STEPS] == [f"K{number:02}" for number in range(12)]
    assert all(step.finds and step.source and step.why for step in STEPS)


def test_a_reading_names_the_version_of_the_word_lists() -> None:
    assert read("STOP", words=DEFAULT_WORDS).word_list == DEFAULT_WORDS.version


@pytest.mark.parametrize(
    ("opt_out_type", "message_class", "matched"),
    [
        ("STOP", OPT_OUT, "stop"),
        ("stop", OPT_OUT, "stop"),
        (" Start ", OPT_IN, "start"),
        ("HELP", HELP, "help"),
    ],
)
@pytest.mark.parametrize("body", ["BASTA", "START", "STOP", "", "See you Tuesday"])
def test_the_providers_own_classification_outweighs_the_words(
    body: str, opt_out_type: str, message_class: MessageClass, matched: str
) -> None:
    reading = read(body, words=DEFAULT_WORDS, opt_out_type=opt_out_type)

    assert reading.message_class is message_class
    assert (reading.rule, reading.matched_by, reading.matched) == ("K00", "provider", matched)


@pytest.mark.parametrize("opt_out_type", [None, "", "PAUSE", "STOPP", "\x00"])
def test_an_unknown_classification_of_the_provider_is_ignored(opt_out_type: str | None) -> None:
    assert read("STOP", words=DEFAULT_WORDS, opt_out_type=opt_out_type).rule == "K01"
    assert read("See you", words=DEFAULT_WORDS, opt_out_type=opt_out_type).message_class is NONE


@pytest.mark.parametrize("body", ["yes", "YES", "Yes!", " yes. "])
def test_yes_opts_in_only_while_we_asked(body: str) -> None:
    asked = read(body, words=DEFAULT_WORDS, opt_in_pending=True)
    unasked = read(body, words=DEFAULT_WORDS)

    assert (asked.message_class, asked.rule, asked.matched) == (OPT_IN, "K02", "yes")
    assert unasked.message_class is NONE


@pytest.mark.parametrize("body", ["y", "yes please", "yes, I do", "ok", "yes start", "sure yes"])
def test_nothing_near_to_yes_opts_in(body: str) -> None:
    assert read(body, words=DEFAULT_WORDS, opt_in_pending=True).message_class is NONE


def test_yes_beside_a_stop_is_held_while_we_asked_and_filler_otherwise() -> None:
    assert read("yes stop", words=DEFAULT_WORDS, opt_in_pending=True).message_class is HOLD
    assert read("yes stop", words=DEFAULT_WORDS).message_class is OPT_OUT


def test_a_lists_keyword_is_found_as_the_whole_message() -> None:
    keywords = {"nopromo": "spring-offers", "no news": "newsletter"}

    promo = read("No-Promo", words=DEFAULT_WORDS, list_keywords={"no promo": "spring-offers"})
    news = read("NO NEWS!", words=DEFAULT_WORDS, list_keywords=keywords)
    inside = read("nopromo for me", words=DEFAULT_WORDS, list_keywords=keywords)

    assert (promo.message_class, promo.rule, promo.matched_by) == (LIST, "K04", "list")
    assert promo.list_slug == "spring-offers"
    assert news.list_slug == "newsletter"
    assert inside.message_class is NONE


@pytest.mark.parametrize("reserved", ["stop", "cancel", "start", "help", "arret"])
def test_a_reserved_word_stays_what_it_is_whatever_lists_claim(reserved: str) -> None:
    claimed = read(reserved, words=DEFAULT_WORDS, list_keywords={reserved: "spring-offers"})

    assert claimed == read(reserved, words=DEFAULT_WORDS)
    assert claimed.message_class is not LIST


@pytest.mark.parametrize("body", ["OPTOUT", "opt out", "Opt-out."])
def test_optout_is_a_lists_word_only_where_its_campaign_offered_it(body: str) -> None:
    offered = read(body, words=DEFAULT_WORDS, list_keywords={"optout": "spring-offers"})
    enforced = read(body, words=DEFAULT_WORDS, list_keywords={"optout": "spring-offers"}, opt_out_type="STOP")
    unoffered = read(body, words=DEFAULT_WORDS)

    assert (offered.message_class, offered.list_slug) == (LIST, "spring-offers")
    assert enforced.message_class is OPT_OUT
    assert unoffered.message_class is OPT_OUT


@pytest.mark.parametrize(
    "button",
    ["Stop promotions", "STOP PROMOTIONS", "stop_promotions", "Stop", "Detener promociones", "Yes\nstop-promotions"],
)
def test_an_opt_out_button_opts_out_whatever_text_comes_with_it(button: str) -> None:
    for body in (button, "", "Thanks!"):
        reading = read(body, words=DEFAULT_WORDS, button=button)

        assert (reading.message_class, reading.rule) == (OPT_OUT, "K01")


@pytest.mark.parametrize("button", ["", "Confirm", "Book now", "{}", "\n", "Interested"])
def test_any_other_button_leaves_the_text_to_decide(button: str) -> None:
    assert read("See you", words=DEFAULT_WORDS, button=button).message_class is NONE
    assert read("STOP", words=DEFAULT_WORDS, button=button).message_class is OPT_OUT


def test_a_threat_beside_soft_words_is_held_not_soft() -> None:
    assert read("not interested, this is spam", words=DEFAULT_WORDS).message_class is HOLD


def test_bytes_of_another_charset_are_read_as_western_letters() -> None:
    latin = b"ARR\xcaT".decode("ascii", "surrogateescape")

    assert read(latin, words=DEFAULT_WORDS).message_class is OPT_OUT
