"""Change and ledger stand or fall together, for every verb."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from consent.vocabulary import Source
from contacts.models import Address
from lists import services
from lists.models import ListAddressOptOut, ListMembership
from tests.factories.lists import make_consent

pytestmark = pytest.mark.django_db


def break_ledger() -> None:
    """Let the database refuse every ledger entry until the test ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE FUNCTION refuse_entry() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'no entry' USING ERRCODE = 'restrict_violation'; END $$;
            CREATE TRIGGER refuse_entry BEFORE INSERT ON consent_ledgerentry
            FOR EACH ROW EXECUTE FUNCTION refuse_entry();
            """
        )


VERBS = {
    "add": lambda everyone, **who: services.add(contact_ids=everyone.values(), **who),
    "remove": lambda everyone, **who: services.remove(contact_ids=everyone.values(), **who),
    "block": lambda everyone, **who: services.block(contact_ids=everyone.values(), **who),
    "unblock": lambda everyone, **who: services.unblock(contact_ids=everyone.values(), **who),
    "opt_out": lambda everyone, **who: services.opt_out(contact_ids=everyone.values(), source=Source.CONTACT, **who),
    "opt_out_address": lambda everyone, **who: services.opt_out_address(
        address_id=Address.objects.get(kind="phone", holders__contact_id=everyone["member"]).pk,
        source=Source.CONTACT,
        **who,
    ),
    "bring_back": lambda everyone, **who: services.bring_back(
        contact_id=everyone["opted_out"], consent=make_consent(who["at"]), **who
    ),
}


@pytest.mark.parametrize("verb", VERBS)
def test_without_its_ledger_entry_no_verb_changes_anything(offers, ada, bo, carla, by, at, verb):
    everyone = {"member": ada.pk, "opted_out": bo.pk, "blocked": carla.pk}
    who = {"list_id": offers.pk, "by": by, "at": at}
    services.add(contact_ids=[ada.pk, bo.pk], **who)
    services.opt_out(contact_ids=[bo.pk], source=Source.CONTACT, **who)
    services.block(contact_ids=[carla.pk], **who)
    before = list(ListMembership.objects.order_by("pk").values()), list(ListAddressOptOut.objects.values())
    break_ledger()

    with pytest.raises(IntegrityError, match="no entry"), transaction.atomic():
        VERBS[verb](everyone, list_id=offers.pk, by=by, at=at + timedelta(days=1))

    after = list(ListMembership.objects.order_by("pk").values()), list(ListAddressOptOut.objects.values())
    assert after == before
