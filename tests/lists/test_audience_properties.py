"""An audience is what the gate says, member by member, whatever stands: statements and gate are held to each other."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.models import ChannelState, ConsentRecord, Suppression
from consent.rules import LIFT_ROUTES
from consent.selectors.decisions import Answer, Subject, decide_many
from consent.selectors.reach import drift, shared_drift
from consent.values import GateRequest
from consent.vocabulary import CHANNELS, RETIRED_CHANNELS, Channel, Covers, Direction, Purpose
from contacts.models import Address, Contact, ContactAddress
from contacts.normalize import erased_value
from contacts.vocabulary import AddressKind
from lists import selectors
from lists.models import ContactList, ListAddressOptOut, ListMembership
from lists.selectors import recipients
from lists.values import ListReach
from tests.factories.contacts import LONG_AGO

pytestmark = pytest.mark.django_db

ADDRESSES = [
    *(("phone", f"+1503555010{n}") for n in range(3)),
    ("phone", erased_value(AddressKind.PHONE, "+15035550103", key="k")),
    *(("email", f"{n}@example.com") for n in range(2)),
    ("email", erased_value(AddressKind.EMAIL, "2@example.com", key="k")),
]
PEOPLE = 6
SLUG = "offers"
PAIRS = sorted(LIFT_ROUTES)

person = st.integers(0, PEOPLE - 1)
place = st.integers(0, len(ADDRESSES) - 1)
suppressions = st.tuples(
    st.none() | person,
    st.none() | place,
    st.sampled_from([Channel.SMS, Channel.EMAIL, Channel.WHATSAPP, Channel.ALL]),
    st.sampled_from([Direction.OUTBOUND] * 4 + [Direction.INBOUND]),
    st.sampled_from(PAIRS),
    st.sampled_from(list(Covers)),
).filter(lambda row: row[0] is not None or row[1] is not None)
flags = st.tuples(st.booleans(), *[st.sampled_from([False] * 4 + [True])] * 3)
worlds = st.fixed_dictionaries(
    {
        "held": st.dictionaries(st.tuples(person, place), st.booleans(), max_size=12),
        "suppressions": st.lists(suppressions, max_size=7),
        "memberships": st.dictionaries(person, flags, min_size=3),
        "opted_out": st.sets(place, max_size=2),
        "gone": st.sets(person, max_size=1),
        "erased": st.sets(place, max_size=1),
        "run_out": st.booleans(),
        "disconnected": st.sets(st.sampled_from([Channel.SMS, Channel.EMAIL]), max_size=1),
        "late": st.booleans(),
        "needs_consent": st.booleans(),
        "agreed": st.lists(
            st.tuples(st.none() | person, place, st.sampled_from(["", SLUG, "other"]), st.sampled_from(["", "over"])),
            max_size=5,
        ),
    }
)


class _Done(Exception):
    pass


@contextmanager
def imagined(world) -> Iterator[None]:
    """Let a world be there, and take it back."""
    try:
        with transaction.atomic():
            build(world)
            yield
            raise _Done
    except _Done:
        return


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds, channel=st.sampled_from([Channel.SMS, Channel.EMAIL]), purpose=st.sampled_from(list(Purpose)))
def test_an_audience_is_what_the_gate_says(world, channel, purpose) -> None:
    with imagined(world):
        reached = [(each.contact_id, each.address_value) for each in selectors.audience(SLUG, channel, purpose)]
        exported = b"".join(map(bytes, selectors.audience_export(SLUG, channel, purpose, public_ids=False)))

        assert drift(1, 10**9) == shared_drift() == []
        assert selectors.audience_count(SLUG, channel, purpose) == counted_by_the_gate(channel, purpose)
        assert reached == reached_by_the_gate(channel, purpose)
        assert sorted(io.StringIO(exported.decode())) == sorted(f"{pk},{value}\n" for pk, value in reached)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds)
def test_pages_of_any_size_make_one_audience(world, monkeypatch) -> None:
    with imagined(world), monkeypatch.context() as smaller:
        whole = list(selectors.audience(SLUG, Channel.SMS, Purpose.MARKETING))
        smaller.setattr(recipients, "PAGE", 2)

        assert list(selectors.audience(SLUG, Channel.SMS, Purpose.MARKETING)) == whole


def build(world) -> None:
    for channel in set(CHANNELS) - RETIRED_CHANNELS:
        ChannelState.objects.create(
            channel=channel,
            connected=channel not in world["disconnected"],
            provider="test",
            needs_consent=world["needs_consent"],
        )
    people = Contact.objects.bulk_create(
        Contact(first_name=f"Person {n}", created_at=LONG_AGO, updated_at=LONG_AGO) for n in range(PEOPLE)
    )
    addresses = Address.objects.bulk_create(
        Address(kind=kind, value=f"erased:{n}" if n in world["erased"] else value, shown="", created_at=LONG_AGO)
        for n, (kind, value) in enumerate(ADDRESSES)
    )
    if not world["late"]:
        suppress(world, people, addresses)
    primaries: set[tuple[int, str]] = set()
    for (who, where), wish in world["held"].items():
        kind = ADDRESSES[where][0]
        is_primary = wish and (who, kind) not in primaries
        primaries |= {(who, kind)} if is_primary else set()
        ContactAddress.objects.create(
            contact=people[who], address=addresses[where], kind=kind, is_primary=is_primary, joined_at=LONG_AGO
        )
    if world["late"]:
        suppress(world, people, addresses)
    agree(world, people, addresses)
    Contact.objects.filter(pk__in=[people[who].pk for who in world["gone"]]).update(deleted_at=LONG_AGO)
    offers = ContactList.objects.create(slug=SLUG, name="Offers", created_at=LONG_AGO, updated_at=LONG_AGO)
    told = {"list": offers, "source": "staff", "changed_by": "test", "updated_at": LONG_AGO}
    ListMembership.objects.bulk_create(
        ListMembership(
            contact=people[who],
            added_at=LONG_AGO if added else None,
            opted_out_at=LONG_AGO if opted_out else None,
            blocked_at=LONG_AGO if blocked else None,
            removed_at=LONG_AGO if removed else None,
            **told,
        )
        for who, (added, opted_out, blocked, removed) in world["memberships"].items()
    )
    ListAddressOptOut.objects.bulk_create(
        ListAddressOptOut(address=addresses[where], opted_out_at=LONG_AGO, **told) for where in world["opted_out"]
    )


def agree(world, people, addresses) -> None:
    ConsentRecord.objects.bulk_create(
        ConsentRecord(
            contact=None if who is None else people[who],
            address=addresses[where],
            channel="sms" if ADDRESSES[where][0] == "phone" else "email",
            list_slug=slug,
            method="web_form",
            source="contact",
            wording="Yes, please.",
            event_id=uuid4(),
            recorded_by="contact",
            given_at=LONG_AGO,
            recorded_at=LONG_AGO,
            expires_at=LONG_AGO + timedelta(days=1) if over else None,
        )
        for who, where, slug, over in world["agreed"]
    )


def suppress(world, people, addresses) -> None:
    rows = {}
    for who, where, channel, direction, (reason, kind), covers in world["suppressions"]:
        rows[who, where, channel, direction, reason] = Suppression(
            contact=None if who is None else people[who],
            address=None if where is None else addresses[where],
            channel=channel,
            direction=direction,
            reason=reason,
            kind=kind,
            covers=covers,
            rule="R01",
            set_kind="text_opt_out",
            source="contact",
            set_by="contact",
            set_event_id=uuid4(),
            since=LONG_AGO,
            reaffirmed_at=LONG_AGO,
            recorded_at=LONG_AGO,
            # A snooze counts until it is lifted, however late its end is noticed.
            expires_at=LONG_AGO + timedelta(days=1) if world["run_out"] and kind == "temporary" else None,
        )
    Suppression.objects.bulk_create(rows.values())


def answers(channel: Channel, purpose: Purpose) -> list[Answer]:
    """Ask the gate about every living contact on the list, in ascending id."""
    on_list = ListMembership.objects.filter(list__slug=SLUG, added_at__isnull=False, removed_at=None)
    living = on_list.filter(contact__deleted_at=None, contact__erased_at=None).order_by("contact_id")
    subjects = [Subject(contact_id=pk) for pk in living.values_list("contact_id", flat=True)]
    return decide_many(GateRequest(channel, purpose, SLUG), subjects)


def counted_by_the_gate(channel: Channel, purpose: Purpose) -> ListReach:
    given = answers(channel, purpose)
    allowed = [each.address_value for each in given if each.decision.allowed]
    by_code: Counter[str] = Counter()
    for each in given:
        by_code.update({reason.code for reason in each.decision.reasons})
    return ListReach(
        members=len(given),
        reachable=len(set(allowed)),
        same_address=len(allowed) - len(set(allowed)),
        refused=len(given) - len(allowed),
        by_code=dict(by_code),
    )


def reached_by_the_gate(channel: Channel, purpose: Purpose) -> list[tuple[int | None, str | None]]:
    reached: dict[str | None, int | None] = {}
    for each in answers(channel, purpose):
        if each.decision.allowed:
            reached.setdefault(each.address_value, each.subject.contact_id)
    return [(contact_id, value) for value, contact_id in reached.items()]
