"""What kind of file proof comes as, told by its content and never by its name or by what the sender claims.

Only kinds that a browser can't run are let in. Files are served as attachments all the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SNIFFED_BYTES = 8192
"""How much of the beginning of a file is looked at."""


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of proof: its media type, and the ending its name is given."""

    content_type: str
    ending: str
    label: str


PDF = FileType("application/pdf", ".pdf", "PDF")
PNG = FileType("image/png", ".png", "PNG image")
JPEG = FileType("image/jpeg", ".jpg", "JPEG image")
WEBP = FileType("image/webp", ".webp", "WebP image")
TEXT = FileType("text/plain", ".txt", "Plain text")
MP3 = FileType("audio/mpeg", ".mp3", "MP3 audio")
WAV = FileType("audio/wav", ".wav", "WAV audio")
OGG = FileType("audio/ogg", ".ogg", "Ogg audio")
M4A = FileType("audio/mp4", ".m4a", "M4A audio")

ACCEPTED = (PDF, PNG, JPEG, WEBP, TEXT, MP3, WAV, OGG, M4A)

_MP3_FRAME = re.compile(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb]")
_MARKUP = re.compile(r"<\s*(!doctype|\?xml|html|svg|script|body|head|iframe|object|embed|img|a)\b", re.IGNORECASE)


def recognise(start: bytes) -> FileType | None:
    """Return what a file is by its first bytes, or None for a kind that is not let in.

    Shape: `start` is the whole file, or its first SNIFFED_BYTES.
    """
    for kind, matches in (
        (PDF, start.startswith(b"%PDF-")),
        (PNG, start.startswith(b"\x89PNG\r\n\x1a\n")),
        (JPEG, start.startswith(b"\xff\xd8\xff")),
        (WEBP, start[:4] == b"RIFF" and start[8:12] == b"WEBP"),
        (WAV, start[:4] == b"RIFF" and start[8:12] == b"WAVE"),
        (OGG, start.startswith(b"OggS")),
        (M4A, start[4:11] == b"ftypM4A"),
        (MP3, start.startswith(b"ID3") or _MP3_FRAME.match(start) is not None),
    ):
        if matches:
            return None if kind is not PDF and _hides_markup(start) else kind
    return TEXT if _is_plain_text(start) else None


def _hides_markup(start: bytes) -> bool:
    """Return whether a picture or sound begins with a page as well: nobody's proof does."""
    return _MARKUP.search(start[:1024].decode("latin-1")) is not None


def _is_plain_text(start: bytes) -> bool:
    try:
        # The end may cut a character in two.
        text = start.decode("utf-8-sig", "strict" if len(start) < SNIFFED_BYTES else "ignore")
    except UnicodeDecodeError:
        return False
    if not text.strip() or any(ord(char) < 32 and char not in "\t\r\n\f" for char in text):
        return False
    return _MARKUP.search(text) is None and not text.startswith("#!")
