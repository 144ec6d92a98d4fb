"""The archive that is handed out, and the proof files in it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO

from config.complaint_pack.gathering import file_path
from consent.models import Evidence
from consent.services.evidence_files import open_file

_FIXED_TIME = (2000, 1, 1, 0, 0, 0)
"""Of files in the archive, so that nothing but their content makes two archives differ."""


def evidence_files(evidence: Iterable[Evidence]) -> tuple[dict[str, bytes], list[str]]:
    """Return the proof files by their place in the archive, and the places of those that are gone from the store."""
    files: dict[str, bytes] = {}
    missing: list[str] = []
    for each in evidence:
        name = file_path(each)
        if not name:
            continue
        try:
            with open_file(each) as file:
                files[name] = file.read()
        except FileNotFoundError:
            missing.append(name)
    return files, missing


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a ZIP of the files by their names."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _FIXED_TIME), files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()
