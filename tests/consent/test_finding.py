"""Filters of contacts read the stored reach, and find whom the register silences."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from consent.rules.routes import LIFT_ROUTES
from consent.selectors.dnd import standing_by_contact, status_of
from consent.selectors.finding import blocked, with_dnd, with_status
from consent.values import ActiveSuppression
from consent.vocabulary import CHANNELS, Channel, Direction, DndStatus, Kind, Reason
from contacts.models import Address, Contact, ContactAddress
from contacts.services import delete_contact
from contacts.values import SYSTEM
from contacts.vocabulary import AddressKind
from tests.consent.test_reach import write_plainly
from tests.factories.contacts import LONG_AGO, make_contact

pytestmark = pytest.mark.django_db

SILENT = (
    (Reason.OPT_OUT, Kind.PERMANENT),
    (Reason.MANUAL, Kind.TEMPORARY),
    (Reason.IMPORTED, Kind.TEMPORARY),
    (Reason.IMPORTED, Kind.PERMANENT),
)
BLOCKED = next(pair for pair in sorted(LIFT_ROUTES) if pair[0] is Reason.BLOCKED)


@pytest.fixture
def crowd(db: None) -> list[Contact]:
    """Contacts with every mixture of suppressions that lots bring about, some at one number, some of them deleted."""
    rng = Random("crowd")
    told: list[dict[str, object]] = []
    contacts = [make_contact(phone=f"+1503555{1000 + number}", email=f"{number}@x.example") for number in range(60)]
    shared = Address.objects.get(value="+15035551000")
    for contact in contacts[1:4]:
        ContactAddress.objects.create(contact=contact, address=shared, kind=AddressKind.PHONE, joined_at=LONG_AGO)
    for contact in contacts[:50]:
        held = list(ContactAddress.objects.filter(contact=contact).values_list("address_id", flat=True))
        for _ in range(rng.randrange(4)):
            by_address, inbound = rng.random() < 0.4, rng.random() < 0.15
            reason, kind = BLOCKED if inbound else rng.choice(SILENT)
            named = {
                "contact_id": "NULL" if by_address else contact.pk,
                "address_id": rng.choice(held) if by_address or rng.random() < 0.5 else "NULL",
                "channel": f"'{rng.choice((*CHANNELS[:4], Channel.ALL))}'",
                "direction": f"'{Direction.INBOUND if inbound else Direction.OUTBOUND}'",
                "reason": f"'{reason}'",
            }
            if named not in told:
                told.append(named)
                write_plainly(**named, kind=f"'{kind}'")
    for contact in contacts[46:48]:
        delete_contact(contact_id=contact.pk, by=SYSTEM, at=LONG_AGO)
    return [contact for contact in contacts if contact not in contacts[46:48]]


def matching(condition: object) -> list[int]:
    rows = Contact.objects.filter(deleted_at=None).filter(condition).order_by("id")  # type: ignore[misc]
    return list(rows.values_list("pk", flat=True))


def says(row: ActiveSuppression, channel: Channel | None, kind: Kind | None, reason: Reason | None) -> bool:
    return (
        row.direction is Direction.OUTBOUND
        and (channel is None or row.channel in {channel, Channel.ALL})
        and kind in {None, row.kind}
        and reason in {None, row.reason}
    )


def test_channel_kind_and_reason_are_found_where_one_suppression_says_them(crowd: list[Contact]) -> None:
    standing = standing_by_contact([contact.pk for contact in crowd])

    for asked in product((None, Channel.SMS, Channel.EMAIL, Channel.GMB, Channel.ALL), (None, *Kind), (None, *Reason)):
        expected = [contact.pk for contact in crowd if any(says(row, *asked) for row in standing[contact.pk])]
        channel, kind, reason = asked
        assert matching(with_dnd(channel=channel, kind=kind, reason=reason)) == expected, asked


@pytest.mark.parametrize("connected", [(), (Channel.SMS,), (Channel.SMS, Channel.EMAIL), CHANNELS], ids=len)
def test_a_status_is_found_over_the_connected_channels(crowd: list[Contact], connected: tuple[Channel, ...]) -> None:
    standing = standing_by_contact([contact.pk for contact in crowd])

    for status in DndStatus:
        expected = [each.pk for each in crowd if status_of(standing[each.pk], frozenset(connected)) is status]
        assert matching(with_status(status, connected=connected)) == expected


def test_who_is_blocked_is_found_and_who_is_not(crowd: list[Contact]) -> None:
    standing = standing_by_contact([contact.pk for contact in crowd])
    expected = [
        each.pk
        for each in crowd
        if any(row.direction is Direction.INBOUND and row.reason is Reason.BLOCKED for row in standing[each.pk])
    ]

    assert matching(blocked()) == expected != []
    assert matching(~blocked()) == [each.pk for each in crowd if each.pk not in expected]
