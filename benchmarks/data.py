"""The synthetic business, seeded: who its contacts are, what silences them, and which lists they are on.

Loaded by COPY through every trigger, so that history and projections are as the product would have written them.
Run: python -m benchmarks.data CONTACTS, on the empty database that DATABASE_URL names.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Nothing loaded is worth waiting for a disk, and indexes are built at the end.
os.environ["PGOPTIONS"] = "-c synchronous_commit=off -c maintenance_work_mem=512MB"
django.setup()

from django.core.management import call_command  # noqa: E402  (models exist only once Django is set up)
from django.db import connection  # noqa: E402

from benchmarks.data_people import country_of, phone_of  # noqa: E402
from consent.services import ledger_clock  # noqa: E402
from consent.services.profile import connect_channel  # noqa: E402
from consent.vocabulary import CHANNELS, RETIRED_CHANNELS  # noqa: E402
from contacts.values import SYSTEM  # noqa: E402

SEED = 20261122
NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
THEN = NOW.isoformat()
"""The same as COPY reads it: most rows hold it, and to write it out for each takes longer than all else of a row."""
CHUNK = 50_000
SHARED, SILENT_ON_SMS, SILENT_BY_EMAIL, SNOOZED = 0.03, 0.12, 0.08, 0.01
LEFT, BLOCKED = 0.05, 0.02
LISTS = (("newsletter", "marketing", 1.0), ("offers", "marketing", 0.5), ("appointments", "notice", 0.2))
"""Slug, purpose, and which share of the contacts is on it."""

# (rule, reason, kind, covers, event, source), the first of each row for sure and the second for one in three.
ON_SMS = (
    (("R01", "opt_out", "permanent", "everything", "text_opt_out", "contact"),
     ("R03", "provider_opt_out", "permanent", "everything", "provider_opt_out", "contact")),
    (("R05", "unreachable", "temporary", "everything", "handset_unreachable", "provider"),
     ("R15", "manual", "temporary", "everything", "dnd_on", "staff")),
    (("R04", "carrier_block", "permanent", "everything", "carrier_block", "provider"),
     ("R15", "manual", "temporary", "everything", "dnd_on", "staff")),
)  # fmt: skip
BY_EMAIL = (
    (("R08", "unsubscribe", "temporary", "non_transactional", "email_unsubscribe", "contact"),
     ("R07", "bounce", "temporary", "everything", "email_bounce", "provider")),
    (("R07", "bounce", "temporary", "everything", "email_bounce", "provider"),
     ("R15", "manual", "temporary", "everything", "dnd_on", "staff")),
    (("R09", "spam_complaint", "permanent", "everything", "email_complaint", "provider"),
     ("R08", "unsubscribe", "temporary", "non_transactional", "email_unsubscribe", "contact")),
)  # fmt: skip

Row = tuple[object, ...]


class Business:
    """Draws one thing after the other; each table has a lot of its own, so that all can be drawn apart."""

    def __init__(self, contacts: int) -> None:
        self.contacts = contacts
        self.shares = Random(f"{SEED} shares")
        self.phone_of: list[int] = []
        """The id of each contact's phone address; the e-mail address has the next id."""
        for place in range(contacts):
            shared = place and self.shares.random() < SHARED
            self.phone_of.append(self.phone_of[-1] if shared else 2 * place + 1)

    def people(self) -> Iterator[Row]:
        rng = Random(f"{SEED} people")
        for place in range(self.contacts):
            country = country_of(rng.random())
            first, last = rng.choice(country.first_names), rng.choice(country.last_names)
            company = f"{last} & Co" if rng.random() < 0.2 else ""
            yield place + 1, _uuid(rng), first, last, company, "", country.language, country.time_zone, THEN, THEN, 1

    def addresses(self) -> Iterator[Row]:
        rng, uuids = Random(f"{SEED} people"), Random(f"{SEED} addresses")
        for place in range(self.contacts):
            country = country_of(rng.random())
            rng.choice(country.first_names), rng.choice(country.last_names), rng.random(), _uuid(rng)
            if self.phone_of[place] == 2 * place + 1:
                phone = phone_of(country, place)
                yield 2 * place + 1, _uuid(uuids), "phone", phone, phone, THEN
            email = f"contact{place}@{country.language[:2]}.example"
            yield 2 * place + 2, _uuid(uuids), "email", email, email, THEN

    def holdings(self) -> Iterator[Row]:
        for place in range(self.contacts):
            yield place + 1, self.phone_of[place], "phone", True, THEN
            yield place + 1, 2 * place + 2, "email", True, THEN

    def suppressions(self) -> Iterator[Row]:
        rng = Random(f"{SEED} suppressions")
        for place in range(self.contacts):
            for share, channel, reasons, address in (
                (SILENT_ON_SMS, "sms", ON_SMS, self.phone_of[place]),
                (SILENT_BY_EMAIL, "email", BY_EMAIL, 2 * place + 2),
            ):
                if rng.random() >= share:
                    continue
                sure, perhaps = rng.choices(reasons, (6, 3, 1))[0]
                for told in (sure, perhaps)[: 2 if rng.random() < 1 / 3 else 1]:
                    yield self._suppression(rng, place + 1, address, channel, told)
            if rng.random() < SNOOZED:
                told = ("R15", "manual", "temporary", "everything", "dnd_on", "staff")
                yield self._suppression(rng, place + 1, None, "call", told, NOW + timedelta(days=3650))

    def _suppression(
        self,
        rng: Random,
        contact: int,
        address: int | None,
        channel: str,
        told: tuple[str, ...],
        expires: datetime | None = None,
    ) -> Row:
        rule, reason, kind, covers, event, source = told
        since = NOW - timedelta(minutes=rng.randrange(1_000_000))
        by = "user:1" if source == "staff" else source
        return (
            _uuid(rng), address, contact, channel, "outbound", reason, kind, covers, rule, event, source, by,
            "", "", _uuid(rng), since, since, since, expires, "", "", "",
        )  # fmt: skip

    def memberships(self) -> Iterator[Row]:
        for number, share, left, blocked in self._standings():
            for contact in range(1, self.contacts + 1):
                if share.random() < LISTS[number][2]:
                    out = THEN if left.random() < LEFT else None
                    no = THEN if blocked.random() < BLOCKED else None
                    yield number + 1, contact, THEN, out, no, None, "", "", "import", "system", "", THEN

    def list_opt_outs(self) -> Iterator[Row]:
        for number, share, left, _ in self._standings():
            told: set[int] = set()
            for contact in range(1, self.contacts + 1):
                if share.random() < LISTS[number][2] and left.random() < LEFT:
                    for address in (self.phone_of[contact - 1], 2 * contact):
                        if address not in told:
                            told.add(address)
                            yield number + 1, address, THEN, False, "", "", "import", "system", "", THEN

    @staticmethod
    def _standings() -> Iterator[tuple[int, Random, Random, Random]]:
        for number in range(len(LISTS)):
            share, left, blocked = (Random(f"{SEED} {number} {what}") for what in ("share", "left", "blocked"))
            yield number, share, left, blocked


COLUMNS = {
    "contacts_contact": "id, public_id, first_name, last_name, company, notes, language, time_zone, created_at,"
    " updated_at, version",
    "contacts_address": "id, public_id, kind, value, shown, created_at",
    "contacts_contactaddress": "contact_id, address_id, kind, is_primary, joined_at",
    "lists_listmembership": "list_id, contact_id, added_at, opted_out_at, blocked_at, removed_at, consent_how,"
    " consent_text, source, changed_by, note, updated_at",
    "lists_listaddressoptout": "list_id, address_id, opted_out_at, unheld, consent_how, consent_text, source,"
    " changed_by, note, updated_at",
    "consent_suppression": "public_id, address_id, contact_id, channel, direction, reason, kind, covers, rule,"
    " set_kind, source, set_by, detail, note, set_event_id, since, reaffirmed_at, recorded_at, expires_at, lift_route,"
    " lifted_by, lift_note",
}

LEDGER = """
    INSERT INTO consent_ledgerentry
        (public_id, event_id, kind, effect, rule, code, channel, direction, reason, suppression_kind, route, contact_id,
         address_id, suppression_id, source, actor, detail, occurred_at, recorded_at, transaction_number)
    SELECT gen_random_uuid(), set_event_id, set_kind, 'set', rule, '', channel, direction, reason, kind, '', contact_id,
        address_id, id, source, set_by, detail, since, recorded_at, row_number() OVER (ORDER BY since, id)
    FROM consent_suppression ORDER BY since, id
"""


def load(contacts: int) -> None:
    """Fill an empty database, two tables at a time: what leans on another table waits for it."""
    call_command("migrate", verbosity=0)
    business = Business(contacts)
    for channel in CHANNELS:
        if channel not in RETIRED_CHANNELS:
            connect_channel(channel=channel, by=SYSTEM, at=NOW, provider="twilio")
    _make_lists()
    with _indexes_later("contacts_contact", "contacts_address"):
        _side_by_side(
            lambda: _copy("contacts_contact", business.people()),
            lambda: _copy("contacts_address", business.addresses()),
        )
    _run("ANALYZE")
    with _indexes_later("lists_listmembership", "lists_listaddressoptout", "consent_suppression"):
        _side_by_side(lambda: _silence(business), lambda: _join_lists(business))
    with _indexes_later("consent_ledgerentry"):
        _run(LEDGER)
    ledger_clock.set_on()  # each entry has a transaction of its own, more of them than this server has counted
    for table in ("contacts_contact", "contacts_address"):
        _run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # noqa: S608
    _run("VACUUM ANALYZE")


def _silence(business: Business) -> None:
    _copy("contacts_contactaddress", business.holdings())
    _run("ANALYZE contacts_contactaddress")
    _copy("consent_suppression", business.suppressions())


def _join_lists(business: Business) -> None:
    _copy("lists_listmembership", business.memberships())
    _copy("lists_listaddressoptout", business.list_opt_outs())


def _make_lists() -> None:
    for slug, purpose, _ in LISTS:
        _run(
            "INSERT INTO lists_contactlist (slug, name, purpose, description, public_name, public_description, keyword,"
            " keyword_reply, created_at, updated_at) VALUES (%s, %s, %s, '', '', '', '', '', %s, %s)",
            [slug, slug.title(), purpose, NOW, NOW],
        )


def _side_by_side(*parts: Callable[[], None]) -> None:
    """Do parts at once, each in a thread with a connection of its own: most of the time is the server's."""

    def done(part: Callable[[], None]) -> None:
        try:
            part()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(parts)) as pool:
        for each in [pool.submit(done, part) for part in parts]:
            each.result()


def _run(statement: str, params: list[str | datetime] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def _copy(table: str, rows: Iterator[Row]) -> None:
    """Copy rows in, some tens of thousands a statement, each committed."""
    while chunk := list(islice(rows, CHUNK)):
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({COLUMNS[table]}) FROM STDIN") as copy:
            copy.write("".join(_line(row) for row in chunk))


def _line(row: Iterable[object]) -> str:
    """Return a row as COPY reads it. No value of ours holds a tab or a backslash."""
    return "\t".join("\\N" if value is None else str(value) for value in row) + "\n"


@contextmanager
def _indexes_later(*tables: str) -> Iterator[None]:
    """Take away the indexes that hold no constraint, and build them afterwards: several times faster."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
            WHERE indrelid::regclass::text = ANY (%s) AND NOT indisunique
            """,
            [list(tables)],
        )
        found = cursor.fetchall()
    for name, _ in found:
        _run(f"DROP INDEX {name}")
    yield
    for _, definition in found:
        _run(definition)


def _uuid(rng: Random) -> str:
    return f"{rng.getrandbits(128):032x}"


if __name__ == "__main__":
    load(int(sys.argv[1]))
