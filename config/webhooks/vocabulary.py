"""Words of outbound webhooks."""

from __future__ import annotations

from contacts.vocabulary import Word


class NoticeState(Word):
    """Where a notice is on its way."""

    WAITING = "waiting", "Waiting"
    DELIVERED = "delivered", "Delivered"
    DEAD = "dead", "Given up"


class StoppedFor(Word):
    """Why nothing is sent to an endpoint."""

    ASKED = "asked", "Stopped by hand"
    FAILING = "failing", "It failed for days"
    GONE = "gone", "It answered 410 Gone"
    SECRET_UNREADABLE = "secret_unreadable", "Its secret can't be read any more: rotate it"


class Failure(Word):
    """Why a notice did not arrive."""

    STATUS = "status", "The answer was not a 2xx"
    REDIRECT = "redirect", "It was sent elsewhere, and redirects are not followed"
    DNS = "dns", "Its name was not found"
    FORBIDDEN_ADDRESS = "forbidden_address", "Its name leads to an address that is not public"
    UNUSABLE_URL = "unusable_url", "Its address can't be used any more"
    CONNECT = "connect", "No connection"
    TLS = "tls", "Its certificate or TLS is not good"
    TIMEOUT = "timeout", "No answer in time"
    BROKEN = "broken", "The connection broke, or it spoke no HTTP"
