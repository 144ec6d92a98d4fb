"""Looking for a text in everything the product keeps: each column of each table, and each proof file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db import connection


def found_in_tables(texts: Iterable[str]) -> set[tuple[str, str]]:
    """Return (table.column, text) wherever a text stands, whatever its case. Bytes are searched, too."""
    wanted = [text.lower() for text in texts]
    found = set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'"
        )
        for table, column, kind in cursor.fetchall():
            shown = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
            for text in wanted:
                cursor.execute(f'SELECT 1 FROM "{table}" WHERE strpos(lower({shown}), %s) > 0 LIMIT 1', [text])
                if cursor.fetchone():
                    found.add((f"{table}.{column}", text))
    return found


def found_in_files(texts: Iterable[str]) -> set[str]:
    """Return the proof files that hold one of the texts, in their name or in what is in them."""
    root = Path(settings.STORAGES["evidence"]["OPTIONS"]["location"])
    wanted = [text.lower().encode() for text in texts]
    files = [each for each in root.rglob("*") if each.is_file()] if root.exists() else []
    return {
        str(each)
        for each in files
        if any(text in each.read_bytes().lower() or text in each.name.lower().encode() for text in wanted)
    }
