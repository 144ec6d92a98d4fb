"""No setting of a session makes the database's guards look away."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from consent.models import LedgerEntry, Suppression
from consent.vocabulary import EventKind
from contacts.models import Contact
from contacts.triggers import ignore_none
from tests.consent.acting import every_row, tell

pytestmark = pytest.mark.django_db

BREAKING_IN = {
    "delete a suppression": "DELETE FROM consent_suppression",
    "weaken it": "UPDATE consent_suppression SET covers = 'non_transactional'",
    "name somebody else": "UPDATE consent_suppression SET channel = 'email'",
    "empty the register": "TRUNCATE consent_suppression CASCADE",
    "forget the history": "DELETE FROM consent_historicalsuppression",
    "change the ledger": "UPDATE consent_ledgerentry SET effect = 'nothing'",
    "delete from the ledger": "DELETE FROM consent_ledgerentry",
    "set one that has ended": """
        INSERT INTO consent_suppression (public_id, contact_id, channel, direction, reason, kind, covers, rule,
            set_kind, source, set_by, detail, note, set_event_id, since, reaffirmed_at, recorded_at, lift_route,
            lifted_by, lift_note)
        SELECT gen_random_uuid(), contact_id, 'call', direction, reason, kind, covers, rule,
            set_kind, source, set_by, detail, note, set_event_id, since,
            since - interval '1 day', recorded_at, '', '', ''
        FROM consent_suppression LIMIT 1
    """,
}


def ignore_every_trigger() -> None:
    """Ask for what pgtrigger would grant: every trigger ignored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT '{' || string_agg(DISTINCT tgname, ',') || '}' FROM pg_trigger WHERE NOT tgisinternal")
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", cursor.fetchone())


@pytest.mark.parametrize("way", BREAKING_IN)
def test_asking_to_have_the_guards_ignored_opens_nothing(way: str, bo: Contact, at: datetime) -> None:
    tell(EventKind.TEXT_OPT_OUT, bo, at)
    before = (every_row(), LedgerEntry.objects.count(), Suppression.history.count())

    with transaction.atomic():
        ignore_every_trigger()
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(BREAKING_IN[way])

    assert (every_row(), LedgerEntry.objects.count(), Suppression.history.count()) == before


def test_what_a_later_migration_brings_back_is_closed_again(bo: Contact, at: datetime) -> None:
    tell(EventKind.TEXT_OPT_OUT, bo, at)
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION public._pgtrigger_should_ignore")
        cursor.execute(
            "CREATE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN true; END $$"
        )

    ignore_none()

    with pytest.raises(DatabaseError), transaction.atomic():
        Suppression.objects.all().delete()
