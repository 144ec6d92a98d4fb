"""Rows about a person's data as a whole: P. They record; what erasure silences is R23."""

from __future__ import annotations

from consent.rules.rows import Rule
from consent.rules.table.shared import on
from consent.vocabulary import EventKind

PERSONAL_DATA: tuple[Rule, ...] = (
    Rule(
        "P01",
        "Everything about a person is exported",
        on(EventKind.DATA_EXPORTED),
        source="GDPR Art. 15 and 20",
        why="Who took a copy of somebody's data, and when, is part of the record.",
    ),
    Rule(
        "P02",
        "A person's data is erased",
        on(EventKind.DATA_ERASED),
        source="GDPR Art. 17(1) and 17(3)(b)",
        why="What says who it was goes; that nobody contacts them again stays (R23).",
    ),
)
