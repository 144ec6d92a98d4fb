"""Rows as a file that a spreadsheet opens: streamed, and never a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from django.http import StreamingHttpResponse

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_PHONE = re.compile(r"\+[0-9]{5,15}")


class _Echo:
    def write(self, value: str) -> str:
        return value


def text(value: str) -> str:
    """Return text as a spreadsheet shows it and never runs it. Phone numbers stay as they are."""
    if value.startswith(_FORMULA_STARTS) and not _PHONE.fullmatch(value):
        return f"'{value}"
    return value


def moment(value: datetime | None) -> str:
    """Return a time in UTC, ISO 8601, to the second; nothing for none."""
    return value.astimezone(UTC).isoformat(timespec="seconds") if value else ""


def respond(name: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> StreamingHttpResponse:
    """Return the file as a download, written row by row while it is sent.

    Shape: text cells come through `text`. The mark at the beginning lets spreadsheets read UTF-8.
    """
    response = StreamingHttpResponse(_lines(head, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(head)
    for row in rows:
        yield writer.writerow(row)
