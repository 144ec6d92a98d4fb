"""The search index where the server has no trigrams to offer."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

pytestmark = pytest.mark.django_db

search_indexes = import_module("contacts.migrations.0002_search_indexes")


def _has_index() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('contact_search_trigram') IS NOT NULL")
        return bool(cursor.fetchone()[0])


@pytest.fixture
def without_trigrams() -> None:
    """A server whose owner has not installed the extension and does not let us do it."""
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION pg_trgm CASCADE")
        cursor.execute("CREATE ROLE guest")
        cursor.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest")
        cursor.execute("SET LOCAL ROLE guest")


def test_contacts_are_indexed_by_trigrams() -> None:
    assert _has_index()


def test_migrating_goes_on_where_the_extension_is_refused(
    without_trigrams: None, caplog: pytest.LogCaptureFixture
) -> None:
    loader = MigrationLoader(connection)
    before, after = (
        loader.project_state(("contacts", "0001_initial")),
        loader.project_state(("contacts", "0002_search_indexes")),
    )

    for operation in search_indexes.Migration.operations:
        with connection.schema_editor() as editor:
            operation.database_forwards("contacts", editor, before, after)

    assert not _has_index()
    assert "this server refused the extension pg_trgm" in caplog.text
    assert "CREATE EXTENSION pg_trgm" in caplog.text
