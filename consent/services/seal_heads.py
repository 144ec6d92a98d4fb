"""Heads outside the database: whoever holds a copy can tell a ledger that was made anew from the sealed one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from consent.proofs import canonical
from consent.selectors.seals import SealRow, all_seals, seals

NAME_IN_DIRECTORY = "ledger-heads.jsonl"


class InvalidHeadsFile(ValueError):
    """This file does not hold heads as they are exported."""

    code = "invalid_heads_file"


class HeadsDiffer(ValueError):
    """The seals are not those whose heads were published."""

    code = "heads_differ"


def heads_path(place: str) -> Path:
    """Return the file for heads: the place itself, or a file in it where it is a directory."""
    path = Path(place)
    return path / NAME_IN_DIRECTORY if path.is_dir() else path


def export_heads(path: Path) -> int:
    """Write every head into a new file, in place of an older one; return how many."""
    draft = path.with_name(f"{path.name}.new")
    count = _write(draft, all_seals(), mode="w")
    draft.replace(path)
    return count


def publish_heads(path: Path) -> int:
    """Add the heads that a file does not hold yet; return how many.

    A last line that was cut off, because whoever wrote it was killed, is written anew.
    Raises: HeadsDiffer where the newest published head is not the ledger's: nothing is added; InvalidHeadsFile.
    Once: a file that holds every head stays as it is.
    """
    if path.exists():
        _end_last_line(path)
    published = read_heads(path) if path.exists() else {}
    newest = max(published, default=0)
    if newest:
        standing = seals(after=newest - 1, most=1)
        if not standing or standing[0].facts.number != newest or standing[0].head != published[newest]:
            raise HeadsDiffer(
                f"Seal {newest} is not the one whose head is in {path.name}. Run verify_ledger with that file, "
                "and keep it: it is the proof."
            )
    added = 0
    while found := seals(after=newest):
        added += _write(path, found, mode="a")
        newest = found[-1].facts.number
    return added


def _end_last_line(path: Path) -> None:
    """Give a file's last line its end, or take it off where it was never written whole: such a head was not published.

    Raises: InvalidHeadsFile.
    """
    try:
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole == len(content):
            return
        try:
            json.loads(content[whole:])
        except ValueError:
            os.truncate(path, whole)
        else:
            with path.open("ab") as file:
                file.write(b"\n")
    except OSError as error:
        raise InvalidHeadsFile(f"{path.name} can't be read or mended: {error}.") from error


def read_heads(path: Path) -> dict[int, str]:
    """Return the heads in a file by the number of their seal.

    Raises: InvalidHeadsFile.
    """
    heads: dict[int, str] = {}
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidHeadsFile(f"{path.name} can't be read: {error}.") from error
    for place, line in enumerate(lines, start=1):
        try:
            told = json.loads(line)
            number, head = int(told["number"]), str(told["head"])
        except (ValueError, TypeError, KeyError) as error:
            raise InvalidHeadsFile(f"Line {place} of {path.name} is no head of a seal.") from error
        if heads.setdefault(number, head) != head:
            raise InvalidHeadsFile(f"{path.name} holds two heads for seal {number}.")
    return heads


def _write(path: Path, rows: Iterable[SealRow], *, mode: str) -> int:
    count = 0
    with path.open(mode) as file:
        for row in rows:
            told = {"number": row.facts.number, "head": row.head, "sealed_at": row.facts.sealed_at}
            file.write(canonical(told).decode() + "\n")
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count
