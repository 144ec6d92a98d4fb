"""Reading a CSV file of suppressions: another system's, or one that `export_suppressions` wrote."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from consent.selectors.register_lines import COLUMNS
from consent.services.foreign_rows import FIELDS, ForeignSuppression, RowRefused, read_row
from contacts.normalize import ERASED_PREFIX
from contacts.vocabulary import AddressKind

REQUIRED = ("address", "channel")
KNOWN = tuple(dict.fromkeys((*FIELDS, *COLUMNS)))
AT_ONCE = 1000
SHOWN = 50

ENDED = "lifted, or at their end"
NOBODY = "of contacts without an address on that channel"
ERASED = "of erased addresses, which only their own register can match"


@dataclass(slots=True)
class Checked:
    """What a file holds. `errors` are (line, what is wrong), the first SHOWN of `wrong`; `passed_over` by why."""

    rows: int = 0
    wrong: int = 0
    errors: list[tuple[int, str]] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """A file of suppressions, read anew each time it is asked.

    Shape: `region` as for `read_row`. A file that can't be read as UTF-8 or CSV at all is one error more.
    Raises: OSError.
    """

    path: Path
    region: str
    at: datetime

    def check(self) -> Checked:
        """Return how many rows can be taken over, which lines can't, and what nobody needs to take over."""
        checked = Checked()
        for line, read in self._lines():
            if isinstance(read, ForeignSuppression):
                checked.rows += 1
            elif isinstance(read, str):
                checked.passed_over[read] += 1
            else:
                checked.wrong += 1
                if len(checked.errors) < SHOWN:
                    checked.errors.append((line, f"{read.field}: {read}" if read.field else str(read)))
        return checked

    def chunks(self) -> Iterator[list[ForeignSuppression]]:
        """Yield the rows in pieces. Raises: RowRefused for one that can't be taken over."""
        rows = self._rows()
        while piece := list(islice(rows, AT_ONCE)):
            yield piece

    def _rows(self) -> Iterator[ForeignSuppression]:
        for _, read in self._lines():
            if isinstance(read, RowRefused):
                raise read
            if isinstance(read, ForeignSuppression):
                yield read

    def _lines(self) -> Iterator[tuple[int, ForeignSuppression | str | RowRefused]]:
        """Yield each line's number with its row, why it is passed over, or what is wrong with it."""
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            try:
                names = [name.strip().lower() for name in next(reader, [])]
                if wrong := _wrong_heading(names):
                    yield 1, wrong
                    return
                for cells in reader:
                    if any(cell.strip() for cell in cells):
                        yield reader.line_num, self._read(names, cells)
            except csv.Error as error:
                yield reader.line_num, RowRefused("", "not_csv", f"This is no CSV: {error}.")
            except UnicodeDecodeError:
                yield (
                    reader.line_num + 1,
                    RowRefused("", "not_utf8", "From about here it is no UTF-8. Save it as UTF-8."),
                )

    def _read(self, names: list[str], cells: list[str]) -> ForeignSuppression | str | RowRefused:
        if len(cells) != len(names):
            told = f"It has {len(cells)} cells, and the heading {len(names)}. Quote what holds a comma."
            return RowRefused("", "cells", told)
        said = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
        if said.get("lifted_at"):
            return ENDED
        if said["address"].startswith(ERASED_PREFIX):
            return ERASED
        if not said["address"] and said.get("contact"):
            return NOBODY
        try:
            return self._row(said)
        except RowRefused as no:
            return ENDED if no.code == "has_ended" else no

    def _row(self, said: dict[str, str]) -> ForeignSuppression:
        given = {name: said[name] for name in FIELDS if name in said}
        row = read_row(given, region=self.region, at=self.at, address_kind=_address_kind(said.get("address_kind", "")))
        if said.get("reaffirmed_at"):
            # The newest no counts: an opt-in between the first and the last must not outrank it.
            again = read_row(
                given | {"since": said["reaffirmed_at"]}, region=self.region, at=self.at, address_kind=row.address.kind
            )
            row = again if row.since is None or (again.since and again.since > row.since) else row
        return row


def _wrong_heading(names: list[str]) -> RowRefused | None:
    if missing := [name for name in REQUIRED if name not in names]:
        told = f"The first line has to name the columns, among them {' and '.join(missing)}."
        return RowRefused(missing[0], "required", told)
    if unknown := [name for name in names if name not in KNOWN]:
        return RowRefused(unknown[0], "unknown_field", f"There is no such column. Known are: {', '.join(KNOWN)}.")
    if len(set(names)) != len(names):
        return RowRefused("", "twice", "A column is named twice. Leave one out.")
    return None


def _address_kind(given: str) -> AddressKind | None:
    if not given:
        return None
    if given.lower() not in tuple(AddressKind):
        raise RowRefused("address_kind", "invalid_choice", f"Give one of {', '.join(AddressKind)}, or leave it out.")
    return AddressKind(given.lower())
