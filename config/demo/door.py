"""The provider's side of the story: everything is posted to the product's own doors, signed as Twilio signs."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from random import Random
from types import MappingProxyType
from unittest.mock import patch

from django.conf import settings
from django.test import Client
from django.utils import timezone

from config.demo.sample_mail import MAILGUN_PATH, mail_event, signed
from config.demo.sample_messages import (
    FORM,
    INBOUND_PATH,
    STATUS_PATH,
    SampleMessage,
    encode,
    failure_form,
    form_of,
    sign,
    signed_base,
)
from consent.models import Delivery
from consent.models.inbox import DeliveryStatus
from consent.vocabulary import Channel

LOCAL = "http://localhost" if settings.DEBUG else "https://localhost"
NOT_OUR_KEY = "somebody else's"


class StoryFailed(Exception):
    """Something in the story did not happen as it was told. It is a mistake of ours, and nothing is kept."""


@contextmanager
def _refusals_expected() -> Iterator[None]:
    """Keep the warnings about refused requests out of the log: here they are part of the story."""
    loggers = [logging.getLogger(name) for name in ("django.request", "consent.services.inbox")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


class Door:
    """Posts to the doors at times gone by."""

    def __init__(self, *, seed: int) -> None:
        self._client = Client()
        self._random = Random(seed)  # noqa: S311  (message ids, the same ones in every demo)
        self._unreadable = 0

    def text(
        self,
        sender: str,
        body: str,
        *,
        at: datetime,
        channel: Channel = Channel.SMS,
        opt_out_type: str = "",
        name: str = "",
        country: str = "US",
        times: int = 1,
    ) -> None:
        """Deliver what a person wrote. `times` 2: the provider delivers the same message again."""
        params = form_of(SampleMessage(channel, sender, body, self._new_sid(), opt_out_type, name, country))
        for _ in range(times):
            self._post_form(INBOUND_PATH, params, at=at)

    def failure(self, recipient: str, error_code: str, *, at: datetime, channel: Channel = Channel.SMS) -> None:
        """Tell that a message of ours did not arrive."""
        self._post_form(STATUS_PATH, failure_form(channel, recipient, self._new_sid(), error_code, at=at), at=at)

    def mail(self, kind: str, recipient: str, *, at: datetime, subject: str) -> None:
        """Tell what became of an e-mail of ours, or what its reader did."""
        event = mail_event(kind, recipient, event_id=self._new_token(), subject=subject, at=at)
        key = settings.MAILGUN_WEBHOOK_SIGNING_KEY
        body = signed(event, token=self._new_token(), signing_key=key, at=at)
        self._post(MAILGUN_PATH, body, content_type="application/json", at=at)

    def unreadable_message(self, body: str, *, at: datetime) -> None:
        """Deliver an authentic message from a kind of sender that we do not know: it is kept, and shown to staff."""
        self._post_form(
            INBOUND_PATH, form_of(SampleMessage(Channel.SMS, "rcs:trail_partner", body, self._new_sid())), at=at
        )
        self._unreadable += 1

    def conflicting_messages(self, sender: str, body: str, other_body: str, *, at: datetime) -> None:
        """Deliver two messages under one id. The first one counts; staff see the second."""
        sid = self._new_sid()
        self._post_form(INBOUND_PATH, form_of(SampleMessage(Channel.SMS, sender, body, sid)), at=at)
        with _refusals_expected():
            second = form_of(SampleMessage(Channel.SMS, sender, other_body, sid))
            self._post_form(INBOUND_PATH, second, at=at, accepted=False)
        self._unreadable += 1

    def forged_message(self, sender: str, body: str, *, at: datetime) -> None:
        """Post a message that somebody signed with another key."""
        params = form_of(SampleMessage(Channel.SMS, sender, body, self._new_sid()))
        with _refusals_expected():
            self._post_form(INBOUND_PATH, params, at=at, auth_token=NOT_OUR_KEY, accepted=False)

    def check(self) -> None:
        """Raise StoryFailed unless everything that was delivered has been read, but for what can't be."""
        unread = Delivery.objects.exclude(status__in=[DeliveryStatus.PROCESSED, DeliveryStatus.IGNORED])
        if unread.count() != self._unreadable:
            told = unread.exclude(reason="").values_list("reason", flat=True).first()
            raise StoryFailed(f"{unread.count()} deliveries could not be read; one says: {told}")

    def _new_sid(self) -> str:
        return f"SM{self._new_token()}"

    def _new_token(self) -> str:
        return f"{self._random.getrandbits(128):032x}"

    def _post_form(
        self, path: str, params: Mapping[str, str], *, at: datetime, auth_token: str = "", accepted: bool = True
    ) -> None:
        url = signed_base(LOCAL) + path
        signature = sign(url=url, params=params, auth_token=auth_token or settings.TWILIO_AUTH_TOKEN)
        headers = {"X-Twilio-Signature": signature}
        self._post(path, encode(params), content_type=FORM, headers=headers, at=at, accepted=accepted)

    def _post(
        self,
        path: str,
        body: bytes,
        *,
        content_type: str,
        at: datetime,
        headers: Mapping[str, str] = MappingProxyType({}),
        accepted: bool = True,
    ) -> None:
        scheme, _, host = signed_base(LOCAL).partition("://")
        # The door takes the present from the clock, as every shell does; the story is of days gone by.
        with patch.object(timezone, "now", lambda: at):
            answer = self._client.post(
                path,
                data=body,
                content_type=content_type,
                headers={"Host": host, **headers},
                secure=scheme == "https",
            )
        if (answer.status_code < 300) is not accepted:
            raise StoryFailed(f"{path} answered {answer.status_code} to {body[:300]!r}: {answer.content[:200]!r}")
