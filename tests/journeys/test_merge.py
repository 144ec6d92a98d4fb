"""Merging: two contacts that are one person become one, and nobody who was refused is allowed afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import models, transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from config.contact_desk.timeline_tab import timeline
from consent.models import Evidence, LedgerEntry, Suppression
from consent.models.evidence import ConsentMethod, EvidenceStatus
from consent.selectors import addresses_by_channel, decide
from consent.selectors.decisions import Subject
from consent.services import dnd
from consent.services.evidence import Claim, file_evidence
from consent.services.recording import record_event
from consent.values import ConsentEvent, GateRequest
from consent.vocabulary import ADDRESS_KIND_OF, Channel, EventKind, Purpose, Source
from contacts.drafts import NewAddress
from contacts.models import Contact
from contacts.registry import Registry, registry
from contacts.selectors import addresses_of, contact_detail, merged_ids, visible_contacts
from contacts.services import (
    ContactDeleted,
    RelationsUnknown,
    UnableToMerge,
    add_address,
    delete_contact,
    erasing,
    merge_contacts,
    preview_merge,
)
from contacts.values import SYSTEM, Actor
from contacts.vocabulary import AddressKind, Fate
from lists import services as lists
from lists.models import ListMembership
from lists.values import LaterConsent, ListDraft
from tests.conftest import actor
from tests.factories.contacts import make_contact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CHANNELS = (Channel.SMS, Channel.CALL, Channel.WHATSAPP, Channel.EMAIL)


@pytest.fixture
def ann(db: None) -> Contact:
    return make_contact("Ann", "Arbor", phone="+15035550111", email="ann@example.com")


@pytest.fixture
def anna(db: None) -> Contact:
    """Ann once more, with another number."""
    return make_contact("Anna", "Arbor", phone="+15035550112", company="Arbor Ltd", notes="Knows Bo")


def merge(keep: Contact, absorb: Contact, by: Actor = SYSTEM) -> object:
    return merge_contacts(keep_id=keep.pk, absorb_id=absorb.pk, by=by, at=NOW)


def phone_of(contact: Contact) -> int:
    return addresses_by_channel(contact.pk)[Channel.SMS][0]


def says(contact: Contact, kind: EventKind, channel: Channel = Channel.SMS, at: datetime = NOW) -> None:
    held = addresses_by_channel(contact.pk)[channel]
    if held:
        event = ConsentEvent(kind, (channel,), at, Source.CONTACT)
        record_event(event=event, address_id=held[0], by=SYSTEM, at=at)


def test_everything_goes_over_and_the_absorbed_contact_points_to_the_kept_one(
    ann: Contact, anna: Contact, by: Actor
) -> None:
    offers = lists.create_list(draft=ListDraft(slug="offers", name="Offers"), by=SYSTEM, at=NOW)
    lists.add(list_id=offers.pk, contact_ids=[anna.pk], by=by, at=NOW)

    foreseen = preview_merge(keep_id=ann.pk, absorb_id=anna.pk, by=by, at=NOW)
    assert Contact.objects.get(pk=anna.pk).merged_into_id is None
    merged = merge(ann, anna, by)

    assert merged.consequences == foreseen.consequences
    told = {(one.fate, one.what) for one in merged.consequences}
    assert {(Fate.MOVED, "+1 503-555-0112"), (Fate.FILLED, "Company"), (Fate.MOVED, "Membership of Offers")} <= told
    assert any(one.fate is Fate.CONFLICT and "“Ann” stays, “Anna”" in one.what for one in merged.consequences)
    assert {each.value for each in addresses_of(ann.pk)} == {"+15035550111", "+15035550112", "ann@example.com"}
    assert [each.value for each in addresses_of(ann.pk) if each.is_primary] == ["ann@example.com", "+15035550111"]
    kept, gone = Contact.objects.get(pk=ann.pk), Contact.objects.get(pk=anna.pk)
    assert (kept.first_name, kept.company, kept.notes) == ("Ann", "Arbor Ltd", "Knows Bo")
    assert gone.merged_into_id == ann.pk
    assert gone.deleted_at == NOW
    assert list(visible_contacts()) == [kept]
    assert contact_detail(gone.public_id) is None
    assert ListMembership.objects.get(contact=ann).added_at == NOW
    entries = LedgerEntry.objects.filter(kind=EventKind.MERGED)
    assert {row.contact_id for row in entries} == {ann.pk, anna.pk}
    assert {row.actor for row in entries} == {by.ref}
    assert kept.history.latest("history_id").history_change_reason == f"merged with contact {anna.pk} by {by.ref}"


def test_a_stop_of_the_absorbed_one_silences_the_kept_one_and_shows_in_its_timeline(
    ann: Contact, anna: Contact
) -> None:
    says(anna, EventKind.TEXT_OPT_OUT, at=NOW - timedelta(days=1))
    stop = Suppression.objects.get(contact=anna)

    merge(ann, anna)

    copy = Suppression.objects.get(contact=ann)
    same = ("address_id", "channel", "direction", "reason", "kind", "covers", "rule", "since", "source", "detail")
    assert [getattr(copy, name) for name in same] == [getattr(stop, name) for name in same]
    assert Suppression.objects.get(pk=stop.pk).lifted_at is None
    assert not decide(GateRequest(Channel.SMS, Purpose.MARKETING), Subject(contact_id=ann.pk)).decision.allowed
    assert [event.kind for event in timeline(ann.pk).events][-1] is EventKind.TEXT_OPT_OUT


def test_a_no_on_a_list_wins_even_over_a_later_consent(ann: Contact, anna: Contact, by: Actor) -> None:
    offers = lists.create_list(draft=ListDraft(slug="offers", name="Offers"), by=SYSTEM, at=NOW)
    early, late = NOW - timedelta(days=3), NOW - timedelta(days=2)
    lists.add(list_id=offers.pk, contact_ids=[ann.pk, anna.pk], by=by, at=early)
    lists.opt_out(list_id=offers.pk, contact_ids=[ann.pk, anna.pk], by=by, at=early, source=Source.CONTACT)
    consent = LaterConsent(late, "call", "yes please")
    lists.bring_back(list_id=offers.pk, contact_id=ann.pk, consent=consent, by=by, at=late)
    lists.block(list_id=offers.pk, contact_ids=[anna.pk], by=by, at=late)

    merge(ann, anna)

    row = ListMembership.objects.get(contact=ann)
    assert row.opted_out_at == late
    assert row.blocked_at == late
    codes = {
        reason.code
        for reason in decide(
            GateRequest(Channel.SMS, Purpose.MARKETING, "offers"), Subject(contact_id=ann.pk)
        ).decision.reasons
    }
    assert codes == {"list_opted_out", "list_blocked"}


def test_of_two_opt_outs_of_a_list_the_newer_one_has_to_be_outdated(ann: Contact, anna: Contact, by: Actor) -> None:
    offers = lists.create_list(draft=ListDraft(slug="offers", name="Offers"), by=SYSTEM, at=NOW)
    early, between, late = (NOW - timedelta(days=days) for days in (3, 2, 1))
    lists.opt_out(list_id=offers.pk, contact_ids=[ann.pk], by=by, at=early, source=Source.CONTACT)
    lists.opt_out(list_id=offers.pk, contact_ids=[anna.pk], by=by, at=late, source=Source.CONTACT)

    merge(ann, anna)

    assert ListMembership.objects.get(contact=ann).opted_out_at == late
    consent = LaterConsent(between, "call", "yes please")
    tried = lists.bring_back(list_id=offers.pk, contact_id=ann.pk, consent=consent, by=by, at=NOW)
    assert [outcome.code for outcome in tried.contacts] == ["later_consent_required"]
    assert LedgerEntry.objects.filter(kind="list_brought_back", effect="refused", contact_id=ann.pk).count() == 1


def test_waiting_evidence_of_the_absorbed_one_is_closed(ann: Contact, anna: Contact, agent: User) -> None:
    claim = Claim(
        anna.pk, phone_of(anna), [Channel.SMS], ConsentMethod.IN_PERSON, "Text me", NOW - timedelta(minutes=1)
    )
    filed = file_evidence(claim=claim, by=actor(agent), at=NOW)

    merged = merge(ann, anna, actor(agent))

    assert Evidence.objects.get(pk=filed.pk).status == EvidenceStatus.EXPIRED
    assert "Evidence waiting for review" in {one.what for one in merged.consequences if one.fate is Fate.CONFLICT}


def test_a_chain_of_merges_ends_at_one_contact(ann: Contact, anna: Contact, bo: Contact) -> None:
    merge(ann, anna)
    merge(bo, ann)

    assert merged_ids(bo.pk) == tuple(sorted((ann.pk, anna.pk)))
    with pytest.raises(UnableToMerge):
        merge(bo, ann)
    with pytest.raises(ContactDeleted):
        merge(ann, bo)
    with pytest.raises(UnableToMerge):
        merge(bo, bo)


def test_a_deleted_contact_is_not_merged(ann: Contact, anna: Contact) -> None:
    delete_contact(contact_id=anna.pk, by=SYSTEM, at=NOW)

    with pytest.raises(ContactDeleted):
        merge(ann, anna)


def test_every_table_that_refers_to_contacts_has_said_what_becomes_of_it() -> None:
    assert registry.unregistered_relations() == ()


def test_a_table_nobody_registered_makes_merging_refuse(
    ann: Contact, anna: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = Registry()
    for relation in registry.relations[1:]:
        short.register_relation(relation.model_label, relation.field, merge=relation.merge, erase=relation.erase)
    monkeypatch.setattr(erasing, "registry", short)

    with pytest.raises(RelationsUnknown) as refused:
        merge(ann, anna)

    assert refused.value.relations == (registry.relations[0].key,)
    assert isinstance(Contact._meta.get_field("merged_into"), models.ForeignKey)


ACTS: dict[str, Callable[[Contact, datetime], object]] = {
    "stop": lambda who, at: says(who, EventKind.TEXT_OPT_OUT, at=at),
    "stop at the provider": lambda who, at: says(who, EventKind.PROVIDER_OPT_OUT, at=at),
    "start": lambda who, at: says(who, EventKind.TEXT_OPT_IN, at=at),
    "bounce": lambda who, at: says(who, EventKind.EMAIL_BOUNCE, Channel.EMAIL, at),
    "complaint": lambda who, at: says(who, EventKind.EMAIL_COMPLAINT, Channel.EMAIL, at),
    "never": lambda who, at: says(who, EventKind.PREFERENCE_NEVER, Channel.EMAIL, at),
    "wrong number": lambda who, at: says(who, EventKind.TEXT_WRONG_NUMBER, at=at),
    "dnd": lambda who, at: dnd.switch_on(contact_id=who.pk, channels=[Channel.CALL], by=SYSTEM, at=at),
    "snooze": lambda who, at: dnd.switch_on(
        contact_id=who.pk, channels=[Channel.SMS], by=SYSTEM, at=at, expires_at=NOW + timedelta(days=1)
    ),
    "asked": lambda who, at: dnd.record_verbal_opt_out(
        contact_id=who.pk, channels=[Channel.WHATSAPP], by=SYSTEM, at=at, note="asked"
    ),
    "do not contact": lambda who, at: dnd.do_not_contact(contact_id=who.pk, on=True, by=SYSTEM, at=at),
    "objection": lambda who, at: dnd.object_to_marketing(contact_id=who.pk, by=SYSTEM, at=at, note="letter"),
    "block": lambda who, at: dnd.block(contact_id=who.pk, on=True, by=SYSTEM, at=at),
    "unblock": lambda who, at: dnd.block(contact_id=who.pk, on=False, by=SYSTEM, at=at),
    "added": lambda who, at: lists.add(list_id=_offers(), contact_ids=[who.pk], by=SYSTEM, at=at),
    "left": lambda who, at: lists.opt_out(
        list_id=_offers(), contact_ids=[who.pk], by=SYSTEM, at=at, source=Source.CONTACT
    ),
    "blocked there": lambda who, at: lists.block(list_id=_offers(), contact_ids=[who.pk], by=SYSTEM, at=at),
}
STATED = {"unknown_contact", "no_address", "not_a_member", "list_removed"}
"""Reasons that say nothing of anybody's wish: an address or a membership that the merge brings ends them."""


def _offers() -> int:
    from lists.models import ContactList  # noqa: PLC0415

    return ContactList.objects.get(slug="offers").pk


def _refused(subjects: list[Subject]) -> set[tuple[Subject, GateRequest]]:
    requests = [
        GateRequest(channel, purpose, slug)
        for channel in CHANNELS
        for purpose in (Purpose.MARKETING, Purpose.TRANSACTIONAL)
        for slug in (None, "offers")
    ]
    return {
        (subject, request)
        for subject in subjects
        for request in requests
        if subject.address_value is None
        or ("@" in subject.address_value) == (ADDRESS_KIND_OF[request.channel] is AddressKind.EMAIL)
        if {reason.code for reason in decide(request, subject).decision.reasons} - STATED
    }


@given(
    acts=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(sorted(ACTS))), max_size=6),
    shared=st.sampled_from("abc"),
)
@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_nobody_who_was_refused_is_allowed_after_a_merge(acts: list[tuple[int, str]], shared: str) -> None:
    with transaction.atomic():
        people = [
            make_contact("A", phone="+15035550131", email="a@example.com"),
            make_contact("B", phone="+15035550132", email="b@example.com"),
            make_contact("C", phone="+15035550133"),
        ]
        lists.create_list(draft=ListDraft(slug="offers", name="Offers"), by=SYSTEM, at=NOW - timedelta(days=9))
        common = {"a": "+15035550131", "b": "+15035550132", "c": "+15035550133"}[shared]
        holder = people[(ord(shared) - ord("a") + 1) % 3]
        add_address(contact_id=holder.pk, address=NewAddress(AddressKind.PHONE, common), by=SYSTEM, at=NOW)
        for number, (who, act) in enumerate(acts):
            ACTS[act](people[who], NOW - timedelta(hours=10 - number))
        kept, absorbed, other = people
        values = ["+15035550131", "+15035550132", "+15035550133", "a@example.com", "b@example.com"]
        people_left = [Subject(contact_id=kept.pk), Subject(contact_id=other.pk)]
        before = _refused([*people_left, *(Subject(address_value=each) for each in values)])
        silent = list(Suppression.objects.filter(contact=absorbed, lifted_at=None))

        merge(kept, absorbed)

        after = _refused([subject for subject, _ in before])
        assert before <= after
        for row in silent:
            copies = Suppression.objects.filter(
                contact=kept, channel=row.channel, direction=row.direction, reason=row.reason, lifted_at=None
            )
            assert [copy for copy in copies if (copy.kind, copy.covers) == (row.kind, row.covers)]
        transaction.set_rollback(True)
