"""What a reviewer sees of a proof file beside the contact's record, without opening it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import structlog

from consent.file_types import PDF, TEXT
from consent.models import Evidence
from consent.services.evidence_files import open_file

log = structlog.get_logger(__name__)

_DRAWS = Path(__file__).with_name("pdf_pictures.py")
_SECONDS = 20
SHOWN_CHARACTERS = 20_000
"""Of a text; the rest is in the file."""


def picture_of_pdf(evidence: Evidence) -> bytes | None:
    """Return the first pages of a PDF as a PNG; None where there is none, or it can't be drawn.

    Nothing of the file itself reaches a browser: no link, no script, no form. It is drawn by a process of its own
    that has no settings and ends by itself.
    """
    if evidence.file_type != PDF.content_type:
        return None
    try:
        with open_file(evidence) as file:
            content = file.read()
        drawn = subprocess.run(  # noqa: S603  (both words are ours; what was filed comes by standard input)
            [sys.executable, "-I", str(_DRAWS)],
            input=content,
            capture_output=True,
            timeout=_SECONDS,
            env={},
            check=True,
        )
    except (FileNotFoundError, subprocess.SubprocessError) as error:
        log.warning("evidence_not_drawn", evidence=evidence.pk, error=type(error).__name__)
        return None
    return drawn.stdout


def words_of_text(evidence: Evidence) -> str | None:
    """Return the beginning of a text file; None where it is no text, or gone from the store."""
    if evidence.file_type != TEXT.content_type:
        return None
    try:
        with open_file(evidence) as file:
            start = file.read(4 * SHOWN_CHARACTERS)
    except FileNotFoundError:
        return None
    words = start.decode("utf-8-sig", "replace")
    return words if len(words) <= SHOWN_CHARACTERS else f"{words[:SHOWN_CHARACTERS]}…"
