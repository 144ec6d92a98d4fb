"""What counts as a provider's id, and that every kind of address has its normaliser."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contacts.normalize import InvalidAddress, normalize, normalize_gmb, normalize_messenger
from contacts.values import CanonicalAddress
from contacts.vocabulary import AddressKind

RAW = {
    AddressKind.PHONE: "020 7946 0958",
    AddressKind.EMAIL: "Ann@example.com",
    AddressKind.MESSENGER: "messenger:1",
    AddressKind.GMB: "gmb:1",
}


@pytest.mark.parametrize(
    ("normalizer", "raw", "value"),
    [
        (normalize_messenger, "messenger:1234567890123456", "1234567890123456"),
        (normalize_messenger, " 1234567890123456 ", "1234567890123456"),
        (normalize_messenger, "Facebook:aB", "aB"),
        (normalize_gmb, "gmb:4f0c-AA", "4f0c-AA"),
    ],
)
def test_a_providers_id_is_taken_as_it_is(normalizer: Callable[[str], CanonicalAddress], raw: str, value: str) -> None:
    assert normalizer(raw).value == normalizer(raw).shown == value


@pytest.mark.parametrize("kind", [AddressKind.MESSENGER, AddressKind.GMB])
@pytest.mark.parametrize(
    ("raw", "code"),
    [("", "empty"), ("two words", "not_an_id"), ("erased:00ff", "reserved"), ("x" * 400, "too_long")],
)
def test_what_is_no_providers_id_is_refused(kind: AddressKind, raw: str, code: str) -> None:
    with pytest.raises(InvalidAddress) as refusal:
        normalize(kind, raw, region=None)

    assert (refusal.value.code, refusal.value.field) == (code, kind.value)


@pytest.mark.parametrize("kind", list(AddressKind))
@pytest.mark.parametrize("strict", [True, False])
def test_every_kind_of_address_has_its_normaliser(kind: AddressKind, strict: bool) -> None:
    assert normalize(kind, RAW[kind], region="GB", strict=strict).kind is kind
