"""Outbound webhooks by the clock: the ledger becomes notices, and each endpoint's are sent by a job of its own."""

from __future__ import annotations

import time

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from config.webhooks import selectors
from config.webhooks.services import fanning, sending
from consent.services.one_by_one import do_each

RUN_SECONDS = 30
"""How long a job stays with one endpoint before other jobs have their turn."""


@app.periodic(cron="* * * * * */15")
@app.task(queueing_lock="tell_webhooks", lock="tell_webhooks")
def tell_webhooks(timestamp: int) -> None:
    """Turn what the ledger has since into notices, and have those that are due sent."""
    try:
        do_each(_fan_out, selectors.open_endpoints(), what="Notices for an endpoint")
    finally:
        for endpoint_id in selectors.endpoints_with_due(at=timezone.now()):
            lock = f"send_webhooks:{endpoint_id}"
            try:
                send_webhooks.configure(queueing_lock=lock, lock=lock).defer(endpoint_id=endpoint_id)
            except AlreadyEnqueued:
                continue


def _fan_out(endpoint_id: int) -> None:
    while fanning.fan_out(endpoint_id=endpoint_id, at=timezone.now()):
        pass


@app.task(name="send_webhooks")
def send_webhooks(endpoint_id: int) -> None:
    """Send what is due to one endpoint, until nothing is or nothing arrives any more."""
    until = time.monotonic() + RUN_SECONDS
    while time.monotonic() < until:
        sent = sending.send_due(endpoint_id=endpoint_id, at=timezone.now())
        if not sent.delivered:
            return


@app.periodic(cron="37 * * * *")
@app.task(queueing_lock="forget_webhook_notices", lock="forget_webhook_notices")
def forget_webhook_notices(timestamp: int) -> None:
    """Delete the notices that were settled long ago."""
    fanning.forget_settled(at=timezone.now())
