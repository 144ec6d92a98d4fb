"""No setting of a session makes the database's guards look away."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from consent.models import LedgerEntry, Suppression
from consent.rules import LIFT_ROUTES
from consent.vocabulary import EventKind, Kind, LiftRoute, Reason
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


def test_the_database_knows_the_reasons_kinds_and_routes_that_the_rules_know_and_no_others() -> None:
    routes = ["", *LiftRoute]
    reasons, kinds = [*Reason, "opt_out/permanent", ""], [*Kind, "permanent/reviewer", ""]
    asked = "SELECT * FROM unnest(%s::text[]) reason, unnest(%s::text[]) kind, unnest(%s::text[]) lift_route,"
    asked += " (VALUES (now()), (NULL)) AS ended(lifted_at) WHERE "
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_expr(conbin, conrelid) FROM pg_constraint"
            " WHERE conrelid = 'consent_suppression'::regclass AND contype = 'c'"
        )
        checks = dict(cursor.fetchall())
        cursor.execute(asked + checks["suppression_reason_and_kind_known"], [reasons, kinds, routes])
        known = {row[:2] for row in cursor.fetchall()}
        cursor.execute(asked + checks["suppression_route_is_open"], [reasons, kinds, routes])
        opened = cursor.fetchall()

    assert known == set(LIFT_ROUTES)
    assert {row[:3] for row in opened if row[3] is not None} == {
        (*pair, route) for pair, routes in LIFT_ROUTES.items() for route in routes
    }
    assert sum(row[3] is None for row in opened) == len(reasons) * len(kinds) * len(routes)
