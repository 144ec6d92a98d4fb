"""What counts as a phone number, and which key it gets."""

from __future__ import annotations

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.normalize import InvalidAddress, normalize, normalize_phone
from contacts.normalize.phones import _read_possible
from contacts.values import CanonicalAddress
from contacts.vocabulary import AddressKind

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)

SPELLINGS = [
    ("+14155550142", None, "+14155550142"),
    ("+1 (415) 555-0142", None, "+14155550142"),
    ("(415) 555-0142", "US", "+14155550142"),
    ("415.555.0142", "us", "+14155550142"),
    ("1 415 555 0142", "US", "+14155550142"),
    ("011 44 20 7946 0958", "US", "+442079460958"),
    ("tel:+1-415-555-0142", None, "+14155550142"),
    ("tel:555-0142;phone-context=+1415", None, "+14155550142"),
    ("sms:+14155550142?body=hi", None, "+14155550142"),
    ("whatsapp:+14155550142", None, "+14155550142"),
    ("WhatsApp: +1 415 555 0142", None, "+14155550142"),
    ("rcs:+14155550142", None, "+14155550142"),
    ("call 415 555 0142", "US", "+14155550142"),
    ("1-800-FLOWERS", "US", "+18003569377"),
    ("020 7946 0958", "GB", "+442079460958"),
    ("+44 (0)20 7946 0958", None, "+442079460958"),
    ("+44 00 207946095", None, "+44207946095"),
    ("(+44) 20 7946 0958", None, "+442079460958"),
    ("00442079460958", "GB", "+442079460958"),
    ("0049 151 12345678", "US", "+4915112345678"),
    ("0049 30 1234", "US", "+49301234"),
    ("0049 151 12345678", None, "+4915112345678"),
    ("٠٢٠٧٩٤٦٠٩٥٨", "GB", "+442079460958"),
    ("+٤٤٢٠٧٩٤٦٠٩٥٨", None, "+442079460958"),
    ("＋４４ ２０ ７９４６ ０９５８", None, "+442079460958"),
    ("\u202a+44\xa020\u20117946\u20110958\u202c\n", None, "+442079460958"),
    ("\x00+14155550142\u200b", None, "+14155550142"),
    ("415-555-0142 x12", "US", "+14155550142"),
    ("+44 20 7946 0958 ext. 5", None, "+442079460958"),
    ("tel:+1-415-555-0142;ext=5", None, "+14155550142"),
    ("+52 1 55 1234 5678", None, "+525512345678"),
    ("whatsapp:+5215512345678", None, "+525512345678"),
    ("+52 55 1234 5678", None, "+525512345678"),
    ("whatsapp:+553187654321", None, "+5531987654321"),
    ("(31) 98765-4321", "BR", "+5531987654321"),
    ("031 8765-4321", "BR", "+5531987654321"),
    ("+55 31 3765-4321", None, "+553137654321"),
    ("011 15-1234-5678", "AR", "+5491112345678"),
    ("+54 11 15 1234 5678", None, "+5491112345678"),
    ("+54 9 11 1234 5678", None, "+5491112345678"),
    ("06 1234 5678", "IT", "+390612345678"),
    ("+1 999 555 0142", None, "+19995550142"),
    ("07700 900123", "GB", "+447700900123"),
    ("+800 1234 5678", None, "+80012345678"),
    ("+298 211234", None, "+298211234"),
]

REFUSALS = [
    ("", "US", "empty"),
    ("  \u200b ", "US", "empty"),
    ("whatsapp:", None, "empty"),
    ("21610", "US", "short_code"),
    ("741-741", "US", "short_code"),
    ("911", "US", "short_code"),
    ("415 555 0142", None, "country_unknown"),
    ("415 555 0142", "XX", "country_unknown"),
    ("555 0142", "US", "phone_incomplete"),
    ("+1 555 0142", None, "phone_incomplete"),
    ("+44 20 7", None, "phone_too_short"),
    ("415 555 0142 / 415 555 0143", "US", "phone_too_long"),
    ("+49 123456789012345", None, "phone_too_long"),
    ("4155550142 please", "US", "phone_too_long"),
    ("+999 123 456 789", None, "not_a_phone"),
    ("12", "US", "phone_too_short"),
    ("7", "US", "not_a_phone"),
    ("no phone", "US", "not_a_phone"),
    ("ann4155550142@example.com", "US", "not_a_phone"),
    ("erased:0f3a", "US", "not_a_phone"),
]


@pytest.mark.parametrize(("raw", "region", "value"), SPELLINGS)
def test_any_spelling_of_a_number_gives_its_e164_form(raw: str, region: str | None, value: str) -> None:
    address = normalize_phone(raw, region=region)

    assert (address.kind, address.value) == (AddressKind.PHONE, value)


@pytest.mark.parametrize(("raw", "region", "value"), SPELLINGS)
def test_a_number_reported_by_a_provider_gets_the_key_of_a_typed_one(raw: str, region: str | None, value: str) -> None:
    assert normalize_phone(raw, region=region, strict=False) == normalize_phone(raw, region=region)


@pytest.mark.parametrize(("raw", "region", "code"), REFUSALS)
def test_what_is_no_number_is_refused_with_a_code_and_a_way_out(raw: str, region: str | None, code: str) -> None:
    with pytest.raises(InvalidAddress) as refusal:
        normalize_phone(raw, region=region)

    assert (refusal.value.code, refusal.value.field) == (code, "phone")
    assert refusal.value.message.endswith(".")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("+999123456789", "+999123456789"),
        ("+266696687", "+266696687"),
        ("whatsapp:+1 555 0142", "+15550142"),
        ("14155550142", "+14155550142"),
        ("whatsapp:5215512345678", "+525512345678"),
        ("whatsapp:553187654321", "+5531987654321"),
        ("0014155550142", "+14155550142"),
        ("+14155550142 (mobile)", "+14155550142"),
    ],
)
def test_a_number_that_cannot_be_still_gets_a_key_when_a_provider_reports_it(raw: str, value: str) -> None:
    assert normalize_phone(raw, region=None, strict=False).value == value


@pytest.mark.parametrize("raw", ["21610", "", "anonymous", "01511234567", "+12", "+1234567890123456", "a@b.com"])
def test_what_can_identify_nobody_is_refused_even_when_a_provider_reports_it(raw: str) -> None:
    with pytest.raises(InvalidAddress):
        normalize_phone(raw, region=None, strict=False)


def test_a_number_is_shown_in_groups() -> None:
    assert normalize_phone("+14155550142", region=None).shown == "+1 415-555-0142"
    assert normalize_phone("020 7946 0958", region="GB").shown == "+44 20 7946 0958"


@given(st.from_regex(r"\+1[2-9][0-9]{9}", fullmatch=True))
def test_the_short_cut_for_north_american_numbers_equals_the_full_parse(raw: str) -> None:
    assert normalize_phone(raw, region=None) == _read_possible(raw, None)


def test_the_short_cut_equals_the_full_parse_for_every_area_code() -> None:
    for area in range(200, 1000):
        for rest in ("5550142", "2345678", "9110000", "0000000"):
            raw = f"+1{area}{rest}"
            assert normalize_phone(raw, region=None) == _read_possible(raw, None)


def _key(raw: str, region: str | None, *, strict: bool) -> CanonicalAddress | None:
    try:
        return normalize_phone(raw, region=region, strict=strict)
    except InvalidAddress:
        return None


phone_like = st.one_of(
    st.text("0123456789+ ()-.x/#,;", max_size=22),
    st.from_regex(r"(\+|00)?[0-9]{3,16}", fullmatch=True),
    st.from_regex(r"\+(52|54|55|39|44|1|49|7)[0-9]{5,13}", fullmatch=True),
    st.text(max_size=25),
)


@given(raw=phone_like, region=st.one_of(st.none(), st.sampled_from(REGIONS)), strict=st.booleans())
def test_a_key_is_its_own_key_in_every_region(raw: str, region: str | None, strict: bool) -> None:
    found = _key(raw, region, strict=strict)
    if found is None:
        return

    assert re.fullmatch(r"\+[1-9][0-9]{4,14}", found.value)
    for again in (None, "US", region):
        assert normalize_phone(found.value, region=again, strict=strict).value == found.value
        assert normalize_phone(found.value, region=again, strict=False).value == found.value


@given(raw=phone_like, region=st.one_of(st.none(), st.sampled_from(REGIONS)))
def test_a_report_is_read_as_the_strict_way_reads_it_wherever_that_reads_it_at_all(
    raw: str, region: str | None
) -> None:
    strict = _key(raw, region, strict=True)

    assert strict is None or strict == _key(raw, region, strict=False)


@pytest.mark.parametrize("region", REGIONS)
def test_the_example_numbers_of_every_country_are_accepted_in_each_format(region: str) -> None:
    example = phonenumbers.example_number(region)
    if example is None:
        pytest.fail(f"the library has no example for {region}")
    key = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)

    assert normalize(AddressKind.PHONE, key, region=None).value == key
    international = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    assert normalize_phone(international, region=None).value == key
