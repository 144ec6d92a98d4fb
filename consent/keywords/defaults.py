"""The word lists that ship. Staff build theirs on them with `with_additions`."""

from __future__ import annotations

from consent.keywords.english import ENGLISH
from consent.keywords.french import FRENCH
from consent.keywords.german import GERMAN
from consent.keywords.language import build
from consent.keywords.portuguese import PORTUGUESE
from consent.keywords.spanish import SPANISH

DEFAULT_WORDS = build(ENGLISH, FRENCH, SPANISH, GERMAN, PORTUGUESE, version="2026-11-22")
