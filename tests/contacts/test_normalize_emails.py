"""What counts as an e-mail address and which key it gets."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.normalize import (
    EMAIL_PATTERN,
    Fault,
    InvalidAddress,
    normalize_email,
)
from contacts.normalize.emails import _PLAIN_EMAIL, _email_key
from contacts.values import CanonicalAddress
from contacts.vocabulary import AddressKind

SPELLINGS = [
    ("ann@example.com", "ann@example.com", "ann@example.com"),
    ("Ann+News@Example.COM", "ann+news@example.com", "Ann+News@Example.COM"),
    ("  ann@example.com\n", "ann@example.com", "ann@example.com"),
    ("mailto:Ann@example.com?subject=Hi", "ann@example.com", "Ann@example.com"),
    ("MAILTO:ann%2Bnews@example.com", "ann+news@example.com", "ann+news@example.com"),
    ("Ann <a@b.example>", "a@b.example", "a@b.example"),
    ('"Doe, Ann" < ann@example.com >', "ann@example.com", "ann@example.com"),
    ("<ann@example.com>", "ann@example.com", "ann@example.com"),
    ("用户@例子.广告", "用户@xn--fsqu00a.xn--4rr70v", "用户@例子.广告"),
    ("用户@xn--fsqu00a.xn--4rr70v", "用户@xn--fsqu00a.xn--4rr70v", "用户@xn--fsqu00a.xn--4rr70v"),
    ("É@Straße.de", "é@xn--strae-oqa.de", "É@Straße.de"),
    ("stra\u00dfe@example.com", "straße@example.com", "straße@example.com"),
    ("e\u0301@example.com", "é@example.com", "e\u0301@example.com"),
    ("ann\uff20example.com", "ann@example.com", "ann@example.com"),
    ("\u200bann@example.com\ufeff", "ann@example.com", "ann@example.com"),
    ("o'brien@example.com", "o'brien@example.com", "o'brien@example.com"),
    ("a@EXAMPLE。com", "a@example.com", "a@EXAMPLE。com"),
]

REFUSALS = [
    ("", "empty"),
    (" \u200b ", "empty"),
    ("mailto:", "empty"),
    ("ann", "email_one_at"),
    ("ann@example.com, bo@example.com", "email_one_at"),
    ("@example.com", "email_part_missing"),
    ("ann@", "email_part_missing"),
    ("ann@.", "email_part_missing"),
    ('"ann doe"@example.com', "email_quoted"),
    ("ann@[192.0.2.1]", "email_numeric_domain"),
    ("ann@localhost", "email_syntax"),
    ("ann@mail.test", "email_syntax"),
    ("ann..doe@example.com", "email_syntax"),
    ("ann@example.com.", "email_syntax"),
    ("ann doe@example.com", "email_syntax"),
]

REPORTS = [
    ("ann@localhost", "ann@localhost"),
    ("Ann@MAIL.test", "ann@mail.test"),
    ("Ann..Doe@Example.com", "ann..doe@example.com"),
    ("ann@example.com.", "ann@example.com"),
    ('"ann"@example.com', "ann@example.com"),
    ('"ann doe"@example.com', "ann doe@example.com"),
    ("ann doe@example.com", "ann doe@example.com"),
    ("ann@[192.0.2.1]", "ann@[192.0.2.1]"),
    ("ann@my_host.example.com", "ann@my_host.example.com"),
    ("ann@exam ple.com", "ann@example.com"),
    ("a" * 65 + "@example.com", "a" * 65 + "@example.com"),
    ("ann@-müller-.de", "ann@xn---mller--o2a.de"),
]


@pytest.mark.parametrize(("raw", "value", "shown"), SPELLINGS)
def test_any_spelling_of_an_email_gives_its_match_key_and_keeps_what_was_typed(
    raw: str, value: str, shown: str
) -> None:
    assert normalize_email(raw) == CanonicalAddress(AddressKind.EMAIL, value, shown)
    assert normalize_email(raw, strict=False) == CanonicalAddress(AddressKind.EMAIL, value, shown)


@pytest.mark.parametrize(("raw", "code"), REFUSALS)
def test_what_is_no_email_is_refused_with_a_code_and_a_way_out(raw: str, code: str) -> None:
    with pytest.raises(InvalidAddress) as refusal:
        normalize_email(raw)

    assert (refusal.value.code, refusal.value.field) == (code, "email")
    assert refusal.value.message.endswith(Fault(code).label)


@pytest.mark.parametrize(("raw", "value"), REPORTS)
def test_an_email_outside_the_standard_gets_a_key_when_a_provider_reports_it(raw: str, value: str) -> None:
    assert normalize_email(raw, strict=False).value == value


@pytest.mark.parametrize(
    "raw", ["", "ann", "@", "a@@b", "a@b\u3002@", "a@\u3002", '"a@b"@example.com', "erased:1@example.com"]
)
def test_what_can_identify_no_mailbox_is_refused_even_when_a_provider_reports_it(raw: str) -> None:
    with pytest.raises(InvalidAddress):
        normalize_email(raw, strict=False)


@pytest.mark.parametrize("strict", [True, False])
def test_an_endless_email_is_refused(strict: bool) -> None:
    with pytest.raises(InvalidAddress):
        normalize_email("a" * 400 + "@example.com", strict=strict)


plain_like = st.one_of(
    st.emails(),
    st.from_regex(r"[a-zA-Z0-9._+-]{1,12}@([a-z0-9-]{1,8}\.){1,3}[a-z]{1,6}", fullmatch=True),
    st.builds(
        lambda local, host, tld: f"{local}@{host}.{tld}",
        st.from_regex(r"[a-z0-9]{1,5}([._+-][a-z0-9]{1,5})?", fullmatch=True),
        st.from_regex(r"[a-z0-9]{1,5}(-[a-z0-9]{1,5})?", fullmatch=True),
        st.sampled_from(["com", "example", "test", "local", "arpa", "co.uk", "c", "1a", "onion"]),
    ),
)


@given(plain_like)
def test_the_short_cut_for_plain_emails_equals_the_full_check(raw: str) -> None:
    if not _PLAIN_EMAIL.fullmatch(raw.lower()):
        return

    assert normalize_email(raw).value == _email_key(raw, strict=True)


email_like = st.one_of(
    plain_like,
    st.builds(lambda local, domain: f"{local}@{domain}", st.text(max_size=12), st.text(max_size=12)),
    st.text(max_size=20),
)


@given(raw=email_like, strict=st.booleans())
def test_an_email_key_is_its_own_key_and_one_the_database_accepts(raw: str, strict: bool) -> None:
    try:
        value = normalize_email(raw, strict=strict).value
    except InvalidAddress:
        return

    assert re.search(EMAIL_PATTERN, value)
    assert normalize_email(value, strict=strict).value == value
    assert normalize_email(value, strict=False).value == value
    value.encode()


reported_part = st.text(st.characters(exclude_characters="@<>\uff20\ufe6b", max_codepoint=0x2FFF), max_size=12)


@given(local=reported_part, domain=reported_part)
def test_a_report_with_one_at_between_letters_always_gets_a_key(local: str, domain: str) -> None:
    value = normalize_email(f"x{local}@x{domain}", strict=False).value

    assert value.count("@") == 1
