"""Draw the first pages of a PDF as one picture: standard input to standard output, in a process of its own.

`evidence_pictures` runs this file by its path. It imports nothing of ours and has neither settings nor secrets, so that
a PDF that breaks the reader breaks nothing else.
"""

from __future__ import annotations

import resource
import struct
import sys
import zlib

import pypdfium2

PAGES, WIDTH, TALLEST, GAP = 5, 900, 2400, 12
"""Pages drawn at most; pixels across; pixels down for one page at most; grey pixels between two."""
SECONDS, BYTES = 10, 1_500_000_000


def main() -> None:
    """Read a PDF and write a PNG. Whatever goes wrong ends the process with an error."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    document.init_forms()  # what was filled in counts most
    rows: list[bytes] = []
    for place in range(min(len(document), PAGES)):
        if rows:
            rows += [b"\x00" + b"\xd0" * (3 * WIDTH)] * GAP
        rows += _drawn(document[place])
    sys.stdout.buffer.write(_png(rows))


def _drawn(page: pypdfium2.PdfPage) -> list[bytes]:
    """Return the lines of a page as a PNG has them, each WIDTH pixels wide."""
    wide, tall = page.get_size()
    scale = min(WIDTH / wide, TALLEST / tall)
    bitmap = page.render(scale=scale, rev_byteorder=True, no_smoothtext=False)
    pixels, across = memoryview(bitmap.buffer), min(bitmap.width, WIDTH)
    if bitmap.n_channels != 3:
        raise ValueError("The page was not drawn in red, green and blue.")
    margin = b"\xff" * (3 * (WIDTH - across))
    starts = range(0, bitmap.height * bitmap.stride, bitmap.stride)
    return [b"\x00" + bytes(pixels[start : start + 3 * across]) + margin for start in starts]


def _png(rows: list[bytes]) -> bytes:
    header = struct.pack(">IIBBBBB", WIDTH, len(rows), 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(rows), 6)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    )


if __name__ == "__main__":
    main()
