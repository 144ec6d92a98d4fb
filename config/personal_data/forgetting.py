"""What an erasure removes from the site's own records: bulk actions, Django's log, jobs, sessions, kept answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial

import structlog
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Q

from config.api.models import KeptAnswer
from config.api.services.answers import KEPT_FOR
from config.api.wrapping import Unreadable, unwrap, wrap
from config.batches.models import Batch
from contacts.blanking import BLANK
from contacts.models import Address, Contact
from contacts.services import blank
from contacts.values import Actor, Consequence, ErasureScope
from contacts.vocabulary import Fate

log = structlog.get_logger(__name__)

_ANSWER = json.dumps({"detail": "The data of the person was erased since."}).encode()
_KEPT_IN_SESSIONS = "_auth"


def forget_what_staff_wrote(*, scope: ErasureScope, by: Actor, at: datetime) -> Sequence[Consequence]:
    """Blank notes, log lines and arguments that are about the person or name them.

    Sessions and kept answers are encoded, so each has to be opened: that is done once the erasure is committed.
    """
    texts = _texts(scope)
    if texts:
        transaction.on_commit(partial(_forget_encoded, texts, at))
    notes = _blank_batch_notes(scope, texts)
    encoded = "Sessions and kept API answers that name the person"
    return [
        Consequence(Fate.REMOVED, "Notes on bulk actions", notes, "Those that name the person, or are of nobody else."),
        Consequence(Fate.REMOVED, "Lines of the site's log", _forget_log(scope, texts)),
        Consequence(Fate.REMOVED, "Arguments of finished jobs", _forget_jobs(texts)),
        Consequence(Fate.REMOVED, encoded, int(bool(texts)), "They are opened as soon as the erasure is done."),
    ]


def _texts(scope: ErasureScope) -> list[str]:
    return [text.lower() for text in (*scope.traces, *scope.names)]


def _named(texts: Sequence[str], *columns: str) -> Q:
    condition = Q(pk__in=[])
    for text in texts:
        for column in columns:
            condition |= Q(**{f"{column}__icontains": text})
    return condition


def _blank_batch_notes(scope: ErasureScope, texts: Sequence[str]) -> int:
    ids = list(scope.contact_ids)
    about = Q(contact_ids__overlap=ids) & (Q(contact_ids__contained_by=ids) | _named(texts, "note"))
    return blank(Batch, about, "note")


def _forget_log(scope: ErasureScope, texts: Sequence[str]) -> int:
    kinds = ContentType.objects.get_for_models(Contact, Address)
    about = Q(content_type=kinds[Contact], object_id__in=[str(each) for each in scope.contact_ids])
    about |= Q(content_type=kinds[Address], object_id__in=[str(each) for each in scope.address_ids])
    rows = LogEntry.objects.filter(about | _named(texts, "object_repr", "change_message"))
    return rows.exclude(object_repr=BLANK).update(object_repr=BLANK, change_message="")


def _forget_jobs(texts: Sequence[str]) -> int:
    """Empty the arguments of jobs that are over. Those that wait carry ids, and still need them."""
    if not texts:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE procrastinate_jobs SET args = '{}'
            WHERE status NOT IN ('todo', 'doing') AND args <> '{}'
              AND EXISTS (SELECT FROM unnest(%s::text[]) AS named WHERE strpos(lower(args::text), named) > 0)
            """,
            [list(texts)],
        )
        return cursor.rowcount


def _forget_encoded(texts: Sequence[str], at: datetime) -> None:
    """Open each session and each kept answer, and remove what names the person.

    A session keeps who is logged in, an answer its status, so that a repeat is still known for one.
    """
    sessions = answers = 0
    for session in Session.objects.iterator():
        told = session.get_decoded()
        if _tells(json.dumps(told, default=str), texts):
            left = {name: value for name, value in told.items() if name.startswith(_KEPT_IN_SESSIONS)}
            Session.objects.filter(pk=session.pk).update(session_data=SessionStore().encode(left))
            sessions += 1
    for answer in KeptAnswer.objects.filter(created_at__gt=at - KEPT_FOR, status__isnull=False).iterator():
        try:
            content = unwrap(bytes(answer.content).decode(), purpose="answer").decode(errors="replace")
        except Unreadable:
            continue
        if _tells(content, texts) or _tells(json.dumps(answer.headers), texts):
            blanked = wrap(_ANSWER, purpose="answer").encode()
            KeptAnswer.objects.filter(pk=answer.pk).update(content=blanked, headers={})
            answers += 1
    log.info("erased_from_encoded", sessions=sessions, answers=answers)


def _tells(content: str, texts: Sequence[str]) -> bool:
    plain = content.lower()
    return any(text in plain or json.dumps(text)[1:-1] in plain for text in texts)
