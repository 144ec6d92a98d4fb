"""Which opt-in questions are open: nobody has answered them, and their time is not up."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from consent.keywords import WordLists, normalise
from consent.models import InboundMessage, OptInQuestion, Suppression
from consent.vocabulary import Channel, Kind, MessageClass, Reason


def is_answer_awaited(*, body: str, words: WordLists, address_id: int, channel: Channel, at: datetime) -> bool:
    """Return whether a "yes" in this message would answer an opt-in question.

    Nothing is looked up for messages without a word of that kind, which are nearly all.
    """
    text = normalise(body)
    if text not in words.confirming and words.confirming.isdisjoint(text.split()):
        return False
    return open_question(address_id=address_id, channel=channel, at=at) is not None


def open_question(*, address_id: int, channel: Channel, at: datetime) -> OptInQuestion | None:
    """Return the newest question that is open at this address on this channel.

    An opt-in answers it, and so does any no that came since it was asked: whoever says stop after the question is
    not brought back by a later yes.
    """
    asked = OptInQuestion.objects.filter(
        address_id=address_id, channel=channel, asked_at__lte=at, expires_at__gt=at
    ).order_by("-asked_at", "-id")
    question = asked.first()
    if question is None or _was_answered(question, at):
        return None
    return question


def _was_answered(question: OptInQuestion, at: datetime) -> bool:
    said_yes = InboundMessage.objects.filter(
        address_id=question.address_id,
        channel=question.channel,
        message_class=MessageClass.OPT_IN,
        occurred_at__gt=question.asked_at,
        occurred_at__lte=at,
    )
    said_no = Suppression.objects.filter(
        Q(kind=Kind.PERMANENT) | Q(reason=Reason.REVIEW_HOLD),
        lifted_at__isnull=True,
        address_id=question.address_id,
        channel__in=[question.channel, Channel.ALL],
        reaffirmed_at__gt=question.asked_at,
    )
    return said_yes.exists() or said_no.exists()
