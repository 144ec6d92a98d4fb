"""Index names for search by part of a word, where the server knows pg_trgm.

A hosted server may refuse the extension. Search then still answers, only slower, so the migration goes on.
"""

from __future__ import annotations

import logging

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import TrigramExtension
from django.db import DatabaseError, migrations, transaction

logger = logging.getLogger(__name__)


class TrigramExtensionIfAllowed(TrigramExtension):
    """Creates pg_trgm, or warns. Reversing keeps it: others may use it by then."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        try:
            with transaction.atomic(using=schema_editor.connection.alias):
                super().database_forwards(app_label, schema_editor, from_state, to_state)
        except DatabaseError as refusal:
            logger.warning(
                "Search will be slow: this server refused the extension pg_trgm (%s). Have its owner run "
                "CREATE EXTENSION pg_trgm, then migrate contacts to 0001 and forward again.",
                str(refusal).strip(),
            )

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        pass


class AddTrigramIndex(migrations.AddIndex):
    """Adds the index where the server has trigram operators, and nothing elsewhere."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_opclass WHERE opcname = 'gin_trgm_ops')")
            (known,) = cursor.fetchone()
        if known:
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(f"DROP INDEX IF EXISTS {schema_editor.quote_name(self.index.name)}")


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_initial")]

    operations = [
        TrigramExtensionIfAllowed(),
        AddTrigramIndex(
            model_name="contact",
            index=GinIndex(
                fields=["search_text"],
                name="contact_search_trigram",
                opclasses=["gin_trgm_ops"],
            ),
        ),
    ]
