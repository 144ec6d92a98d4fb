"""Making a complaint pack."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.template.loader import render_to_string

from config.complaint_pack.archive import evidence_files, zipped
from config.complaint_pack.gathering import Story, gather
from config.complaint_pack.plain import moment
from config.complaint_pack.proving import Proof, prove
from config.complaint_pack.signing import signature, signing_key
from consent.proofs import canonical
from consent.services import packs
from contacts.models import Contact
from contacts.values import Actor

VERIFIER = "verify_pack.py"


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack as it is handed out. `digest` is the manifest's SHA-256, which stands in the ledger."""

    name: str
    content: bytes
    digest: str
    is_signed: bool


def make_pack(*, contact: Contact, by: Actor, at: datetime) -> Pack:
    """Put together everything about one contact with its proofs, and record in the ledger that it was handed out.

    Everything is read as of one moment. A proof file that is gone is named as missing, and the rest goes out.
    Once: makes another pack, and records that too.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:  # one snapshot for rows and proofs
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        story, proof = gather(contact), prove(contact.pk)
        files = _files(story, proof, by=by, at=at)
        key = signing_key()
        manifest = canonical({"form": 1, "files": {name: sha256(files[name]).hexdigest() for name in sorted(files)}})
        digest = sha256(manifest).hexdigest()
        packs.record_pack(contact_id=contact.pk, digest=digest, by=by, at=at)
    files["manifest.json"] = manifest
    if key is not None:
        files["manifest.sig"] = signature(manifest, key)
    return Pack(f"complaint-pack-{contact.public_id}-{at:%Y%m%d-%H%M}.zip", zipped(files), digest, key is not None)


def _files(story: Story, proof: Proof, *, by: Actor, at: datetime) -> dict[str, bytes]:
    files, missing = evidence_files(story.evidence)
    made = {"form": 1, "made_at": moment(at), "made_by": by.ref, "missing_files": missing}
    files["pack.json"] = canonical({**made, **story.rows, "ledger": list(proof.entries)})
    files["proof.json"] = canonical(proof.file)
    files[VERIFIER] = (Path(settings.BASE_DIR) / "docs" / VERIFIER).read_bytes()
    page = render_to_string(
        "complaint_pack/index.html",
        {
            **story.told,
            "made_at": moment(at),
            "made_by": by.name or by.ref,
            "missing": missing,
            "proof": proof,
            "newest": next((each for each in proof.file["seals"] if each["number"] == proof.file["newest"]), None),
            "is_signed": bool(settings.PACK_SIGNING_KEY),
        },
    )
    files["index.html"] = page.encode()
    return files
