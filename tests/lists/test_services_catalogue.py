"""Making and changing lists."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lists import selectors, services
from lists.models import ContactList
from lists.values import ListDraft
from lists.vocabulary import ListPurpose

pytestmark = pytest.mark.django_db

DRAFT = ListDraft(
    slug="spring-offers",
    name=" Spring offers ",
    purpose=ListPurpose.MARKETING,
    public_name="Offers",
    public_description="Four a year",
    keyword="No Spring!",
    keyword_reply="You get no more spring offers.",
)


def test_a_list_is_created_as_drafted_with_its_keyword_as_messages_are_read(by, agent, at):
    created = services.create_list(draft=DRAFT, by=by, at=at)

    row = ContactList.objects.get(slug="spring-offers")
    assert row == created
    assert (row.name, row.purpose, row.keyword) == ("Spring offers", "marketing", "no spring")
    assert (row.created_at, row.updated_at, row.archived_at) == (at, at, None)
    entry = row.history.get()
    assert (entry.history_type, entry.history_user, entry.history_date) == ("+", agent, at)


@pytest.mark.parametrize("word", ["STOP", " start ", "Help", "yes"])
def test_reserved_words_stay_what_they_are(by, at, word):
    with pytest.raises(services.InvalidList) as refusal:
        services.create_list(draft=replace(DRAFT, keyword=word), by=by, at=at)

    assert (refusal.value.field, refusal.value.code) == ("keyword", "keyword_reserved")


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"slug": "no slug!"}, "slug", "invalid"),
        ({"slug": ""}, "slug", "invalid"),
        ({"name": " "}, "name", "invalid"),
        ({"name": "x" * 121}, "name", "invalid"),
        ({"purpose": "spam"}, "purpose", "invalid"),
        ({"keyword": "!!!"}, "keyword", "keyword_empty"),
        ({"opt_out_list_id": 404}, "opt_out_list", "invalid"),
    ],
)
def test_a_wrong_field_is_named(by, at, changes, field, code):
    with pytest.raises(services.InvalidList) as refusal:
        services.create_list(draft=replace(DRAFT, **changes), by=by, at=at)

    assert (refusal.value.field, refusal.value.code) == (field, code)
    assert not ContactList.objects.exists()


def test_slug_and_keyword_belong_to_one_list(offers, by, at):
    with pytest.raises(services.InvalidList) as slug:
        services.create_list(draft=replace(DRAFT, keyword=""), by=by, at=at)
    with pytest.raises(services.InvalidList) as keyword:
        services.create_list(draft=replace(DRAFT, slug="other", keyword="NoSpring"), by=by, at=at)

    assert slug.value.code == "slug_taken"
    assert keyword.value.code == "keyword_taken"


def test_a_list_is_updated_to_its_draft_and_the_same_draft_changes_nothing(by, at):
    created = services.create_list(draft=DRAFT, by=by, at=at)
    draft = replace(DRAFT, name="Summer offers", keyword="")

    services.update_list(list_id=created.pk, draft=draft, by=by, at=at)
    services.update_list(list_id=created.pk, draft=draft, by=by, at=at)

    row = ContactList.objects.get(pk=created.pk)
    assert (row.name, row.keyword) == ("Summer offers", "")
    assert row.history.count() == 2


def test_a_slug_stays_as_it_was(offers, by, at):
    with pytest.raises(services.InvalidList) as refusal:
        services.update_list(list_id=offers.pk, draft=replace(DRAFT, slug="other"), by=by, at=at)

    assert refusal.value.code == "slug_fixed"


def test_a_list_is_paired_with_another_list_only(offers, news, by, at):
    draft = ListDraft(slug="spring-offers", name="Spring offers")

    with pytest.raises(services.InvalidList) as refusal:
        services.update_list(list_id=offers.pk, draft=replace(draft, opt_out_list_id=offers.pk), by=by, at=at)
    paired = services.update_list(list_id=offers.pk, draft=replace(draft, opt_out_list_id=news.pk), by=by, at=at)

    assert refusal.value.code == "paired_with_itself"
    assert paired.opt_out_list_id == news.pk


def test_archiving_and_restoring_happen_once(offers, by, at):
    services.archive_list(list_id=offers.pk, by=by, at=at)
    again = services.archive_list(list_id=offers.pk, by=by, at=at.replace(year=2027))

    assert again.archived_at == at
    services.restore_list(list_id=offers.pk, by=by, at=at)
    restored = services.restore_list(list_id=offers.pk, by=by, at=at)
    assert restored.archived_at is None
    assert offers.history.count() == 3


def test_an_archived_list_keeps_its_keyword(offers, by, at):
    services.archive_list(list_id=offers.pk, by=by, at=at)

    assert selectors.list_keywords() == {"nospring": "spring-offers"}


@pytest.mark.parametrize("verb", [services.archive_list, services.restore_list])
def test_a_list_that_is_not_there_can_not_be_archived(by, at, verb):
    with pytest.raises(services.ListMissing):
        verb(list_id=404, by=by, at=at)
