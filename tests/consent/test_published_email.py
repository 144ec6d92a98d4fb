"""Every e-mail provider by its own reference: what it documents, from the request at the door to the rule."""

from __future__ import annotations

import json
from collections import Counter
from itertools import groupby, islice
from operator import itemgetter

import pytest

from consent.models import Delivery, LedgerEntry
from consent.providers.catalogue import PROVIDERS
from consent.providers.email import READERS, EmailFact
from consent.vocabulary import Channel
from contacts.models import Address
from contacts.normalize import normalize_email
from tests.consent.email_knocks import ESPS, body_of, knock
from tests.consent.email_tables import ARRIVED, HARD, LEFT, NOTHING, OURS, PASSING, SOFT, SPAM, UNKNOWN
from tests.consent.published_email import BUILDERS, payload
from tests.consent.published_email_shapes import BATCHES, NEEDED, reordered, without_the_rest
from tests.consent.published_email_tables import PUBLISHED, rows

IRIS = "iris@example.com"
EFFECTS: dict[str, tuple[str, str, str] | None] = {
    HARD: ("email_bounce", "set", "R07"),
    LEFT: ("email_unsubscribe", "set", "R08"),
    SPAM: ("email_complaint", "set", "R09"),
    SOFT: ("email_soft_bounce", "nothing", "R11"),
    PASSING: ("email_failure_other", "nothing", "R11"),
    OURS: ("email_failure_other", "nothing", "R11"),
    ARRIVED: ("email_delivered", "nothing", "R06"),
    NOTHING: None,
    UNKNOWN: None,
}


def facts(esp: str, made: object) -> list[EmailFact]:
    return READERS[esp](body_of(esp, made))


def said(fact: EmailFact) -> str:
    return f"{fact.meaning.kind or NOTHING}{', staff look' if fact.meaning.alert else ''}"


def test_every_provider_of_the_catalogue_has_its_table() -> None:
    by_mail = {code for code, provider in PROVIDERS.items() if provider.channels == {Channel.EMAIL}}

    assert set(PUBLISHED) == set(BUILDERS) == set(NEEDED) == set(ESPS) == by_mail
    for esp in PUBLISHED:
        told = Counter(each for each, _ in rows(esp))
        assert max(told.values()) == 1, esp
        needed = {HARD, SOFT, ARRIVED, NOTHING, UNKNOWN} | (set() if esp == "postal" else {SPAM, LEFT})
        assert needed <= set(PUBLISHED[esp]), esp


@pytest.mark.parametrize("esp", ESPS)
def test_what_a_provider_documents_means_what_the_table_says(esp: str) -> None:
    found = {told: {said(fact) for fact in facts(esp, payload(esp, told, IRIS))} for told, _ in rows(esp)}

    assert found == {told: {meaning} for told, meaning in rows(esp)}


@pytest.mark.django_db
@pytest.mark.usefixtures("connected", "doors")
@pytest.mark.parametrize("esp", ESPS)
def test_what_a_provider_documents_has_the_effect_of_its_rule(esp: str) -> None:
    chosen = [
        row
        for _, each in groupby(rows(esp), key=itemgetter(1))
        for row in (each if esp in BATCHES else islice(each, 2))
    ]
    made = [payload(esp, told, f"row{number}@example.com") for number, (told, _) in enumerate(chosen)]

    for one in [BATCHES[esp](made)] if esp in BATCHES else made:
        assert knock(esp, one).send().status_code == 200

    number_of = {row.pk: int(row.value.removeprefix("row").partition("@")[0]) for row in Address.objects.all()}
    recorded = LedgerEntry.objects.values_list("address_id", "kind", "effect", "rule")
    found = {chosen[number_of[address_id]][0]: tuple(effect) for address_id, *effect in recorded}
    assert found == {told: EFFECTS[meaning] for told, meaning in chosen if EFFECTS[meaning]}
    assert set(Delivery.objects.values_list("status", flat=True)) <= {"processed", "ignored"}


@pytest.mark.parametrize("esp", ESPS)
def test_an_event_means_the_same_without_what_it_may_lack_and_with_what_nobody_knows(esp: str) -> None:
    for told, meaning in rows(esp):
        whole = payload(esp, told, IRIS)
        for variant in (without_the_rest(esp, whole), reordered(whole)):
            found = facts(esp, variant)
            assert {said(fact) for fact in found} == {meaning}, told
            assert [fact.recipient for fact in found] == [fact.recipient for fact in facts(esp, whole)], told


@pytest.mark.parametrize("esp", sorted(BATCHES))
def test_a_batch_of_everything_is_read_event_by_event(esp: str) -> None:
    alone = [payload(esp, told, f"row{number}@example.com") for number, (told, _) in enumerate(rows(esp))]

    together = facts(esp, BATCHES[esp](alone))

    assert together == [fact for each in alone for fact in facts(esp, each)]


@pytest.mark.django_db
@pytest.mark.usefixtures("connected", "doors")
@pytest.mark.parametrize("esp", ESPS)
def test_a_word_that_nobody_knows_yet_is_kept_raw_and_named(esp: str) -> None:
    (told,) = (each for each, meaning in rows(esp) if meaning == UNKNOWN and "next" in each.lower())
    sent = knock(esp, payload(esp, told, IRIS))

    assert sent.send().status_code == 200

    delivery = Delivery.objects.get()
    assert bytes(delivery.body) == sent.body
    assert delivery.status == "ignored"
    assert told.rpartition(".")[2].lower() in delivery.reason.lower()
    assert "unknown" in delivery.reason


@pytest.mark.parametrize("esp", ESPS)
@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Iris.Moreau@Example.COM", "iris.moreau@example.com"),
        ("iris+offers@example.com", "iris+offers@example.com"),
        ("Iris@Bücher.example", "iris@xn--bcher-kva.example"),
        ("iris@xn--bcher-kva.example", "iris@xn--bcher-kva.example"),
    ],
    ids=["capitals", "plus tag", "umlaut domain", "its ASCII form"],
)
def test_an_address_is_found_however_the_provider_spells_it(esp: str, written: str, key: str) -> None:
    (fact,) = facts(esp, payload(esp, PUBLISHED[esp][HARD][0], written))

    assert normalize_email(fact.recipient, strict=False).value == key


@pytest.mark.django_db
@pytest.mark.usefixtures("connected", "doors")
def test_a_bounce_of_one_plus_tag_silences_no_other_and_all_spellings_of_its_own() -> None:
    for written in ("Iris+News@Example.com", "iris+news@EXAMPLE.COM"):
        assert knock("postmark", payload("postmark", "Bounce: HardBounce", written)).send().status_code == 200

    assert list(Address.objects.values_list("value", flat=True)) == ["iris+news@example.com"]
    assert json.loads(bytes(Delivery.objects.earliest("id").body))["Email"] == "Iris+News@Example.com"
