"""Proof files: checked by content, stored under a name of our own outside anything that is served."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import BinaryIO

import structlog
from django.core.files import File
from django.core.files.storage import Storage, storages
from django.core.files.uploadedfile import UploadedFile

from consent.file_types import ACCEPTED, SNIFFED_BYTES, recognise
from consent.models import Evidence
from consent.selectors import business_profile
from consent.services.evidence import StoredFile, UnableToFileEvidence

log = structlog.get_logger(__name__)

_OURS = re.compile(r"\d{4}/\d{2}/[0-9a-f]{32}(_\w+)?\.\w+")
"""Keys as `store` makes them: a store may be shared with somebody else's files."""

UNFILED_KEPT = timedelta(days=1)
"""How long a stored file may wait for its evidence."""


def storage() -> Storage:
    """Return where proof files lie: a folder, or whatever object storage the settings name."""
    return storages["evidence"]


def store(*, upload: UploadedFile, at: datetime) -> StoredFile:
    """Check a file and store it, and return where it lies.

    Units: at most the megabytes that the business profile allows.
    Raises: UnableToFileEvidence for a file that is empty, too large or of a kind that is not let in.
    Once: stores again under another key. Whoever does not file it then discards it.
    """
    limit = business_profile().evidence_max_megabytes * 1_000_000
    if not upload.size:
        raise UnableToFileEvidence("file", "empty", "The file is empty. Choose it again.")
    if upload.size > limit:
        raise UnableToFileEvidence(
            "file", "too_large", f"The file is larger than {limit // 1_000_000} MB. Scan it smaller."
        )
    upload.seek(0)
    kind = recognise(upload.read(SNIFFED_BYTES))
    if kind is None:
        known = ", ".join(each.label for each in ACCEPTED)
        raise UnableToFileEvidence(
            "file", "kind_not_accepted", f"What is in the file is none of: {known}. Save it as one of them."
        )
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    key = storage().save(f"{at:%Y/%m}/{uuid.uuid4().hex}{kind.ending}", File(upload))
    return StoredFile(
        name=shown_name(upload.name or "", kind.ending),
        content_type=kind.content_type,
        sha256=digest.hexdigest(),
        key=key,
    )


def discard(stored: StoredFile | None) -> None:
    """Remove a file whose claim was refused. Once: nothing more to remove."""
    if stored is not None:
        storage().delete(stored.key)


def sweep(*, at: datetime, older_than: timedelta = UNFILED_KEPT) -> int:
    """Delete the files that no evidence names: of a filing that broke off, or of an erasure that did. Return how many.

    One that was stored lately is left: its evidence may be about to be filed.
    Once: nothing is left.
    """
    swept = 0
    for key in _keys(""):
        if not _OURS.fullmatch(key):
            continue
        if storage().get_modified_time(key) > at - older_than or Evidence.objects.filter(file_key=key).exists():
            continue
        storage().delete(key)
        swept += 1
    if swept:
        log.info("evidence_files_swept", count=swept)
    return swept


def _keys(folder: str) -> Iterator[str]:
    """Yield each file in a folder of the store and below."""
    try:
        folders, files = storage().listdir(folder)
    except FileNotFoundError:  # nothing was ever stored
        return
    yield from (f"{folder}/{name}".lstrip("/") for name in files)
    for name in folders:
        yield from _keys(f"{folder}/{name}".lstrip("/"))


def shown_name(given: str, ending: str) -> str:
    """Return a name to show and to download under: no path, no tricks, and the ending that the content has."""
    stem = re.split(r"[\\/]", given)[-1].rsplit(".", 1)[0]
    plain = re.sub(r"[^\w .()-]", "_", stem).strip(" .")[:80]
    return f"{plain or 'proof'}{ending}"


def open_file(evidence: Evidence) -> BinaryIO:
    """Return the stored proof for reading. Raises: FileNotFoundError where it is gone."""
    return storage().open(evidence.file_key, "rb")  # type: ignore[return-value]
