"""Kept answers: a write that is sent twice is done once.

The claim, the change and the answer are one transaction. Who sends the same meanwhile waits for its end in the unique
index: if it commits, they read its answer, and if its worker dies, the claim is theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from config.api.models import KeptAnswer
from config.api.wrapping import unwrap, wrap

KEPT_FOR = timedelta(hours=24)

_CLAIM = f"""
    INSERT INTO {KeptAnswer._meta.db_table} AS kept
        (asker, idempotency_key, request_hash, headers, content, created_at)
    VALUES (%(asker)s, %(key)s, %(hash)s, '{{}}', ''::bytea, %(at)s)
    ON CONFLICT (asker, idempotency_key) DO UPDATE
        SET request_hash = excluded.request_hash, status = NULL, created_at = excluded.created_at
        WHERE kept.created_at <= %(over)s
    RETURNING id
"""  # noqa: S608  built from a table's own name


class OtherRequest(Exception):
    """The same idempotency key came with another request before."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was given."""

    status: int
    headers: dict[str, str]
    content: bytes


def claim(*, asker: str, idempotency_key: str, request_hash: str, at: datetime) -> Kept | int:
    """Return the answer that the same request got, or the number of the claim under which to keep the first answer.

    Needs a transaction; waits while the first request is at work.
    Raises: OtherRequest.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {"asker": asker, "key": idempotency_key, "hash": request_hash, "at": at, "over": at - KEPT_FOR},
        )
        if claimed := cursor.fetchone():
            return int(claimed[0])
    kept = KeptAnswer.objects.get(asker=asker, idempotency_key=idempotency_key)
    if kept.request_hash != request_hash:
        raise OtherRequest
    assert kept.status is not None
    return Kept(kept.status, kept.headers, unwrap(bytes(kept.content).decode(), purpose="answer"))


def keep(*, claim_id: int, status: int, headers: dict[str, str], content: bytes) -> None:
    """Keep the answer to a claim, in the transaction of the change."""
    wrapped = wrap(content, purpose="answer").encode()
    KeptAnswer.objects.filter(pk=claim_id).update(status=status, headers=headers, content=wrapped)


def forget_old(*, at: datetime) -> int:
    """Delete the answers that are older than 24 hours."""
    deleted, _ = KeptAnswer.objects.filter(created_at__lte=at - KEPT_FOR).delete()
    return deleted
