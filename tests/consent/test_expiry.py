"""Snoozes that end, also where one can't."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection

from consent.models import LedgerEntry, Suppression
from consent.services.dnd import switch_on
from consent.services.expiry import expire_due
from consent.vocabulary import Channel
from contacts.models import Contact
from contacts.values import Actor


def test_a_snooze_that_can_not_end_leaves_the_others_to_end(ada: Contact, bo: Contact, by: Actor, at: datetime) -> None:
    for contact, days in ((ada, 1), (bo, 2)):
        switch_on(contact_id=contact.pk, channels=[Channel.SMS], by=by, at=at, expires_at=at + timedelta(days=days))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RAISE EXCEPTION 'no ledger'; END $$;"
            " CREATE TRIGGER a_bad_row BEFORE INSERT ON consent_ledgerentry"
            f" FOR EACH ROW WHEN (NEW.contact_id = {ada.pk}) EXECUTE FUNCTION pg_temp.refuse()"
        )

    with pytest.raises(ExceptionGroup, match="1 failed, 1 done"):
        expire_due(at=at + timedelta(days=3))

    assert Suppression.objects.get(contact=ada).lifted_at is None
    assert Suppression.objects.get(contact=bo).lifted_at is not None
    assert LedgerEntry.objects.filter(kind="expired").values_list("contact_id", flat=True).get() == bo.pk
