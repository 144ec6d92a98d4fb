"""The demo's integrations: keys in use, an endpoint where all arrives, and one where nothing does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from config.api.models import ApiKey
from config.demo import integrations
from config.webhooks.models import WebhookEndpoint
from config.webhooks.services import sending
from config.webhooks.vocabulary import NoticeState
from tests.conftest import make_user
from tests.webhooks.conftest import record


@pytest.mark.django_db(transaction=True)
def test_the_screens_of_integrations_have_something_to_show() -> None:
    now = timezone.now()
    for role in ("compliance", "support"):
        make_user(role, role)
    for hours in range(1, 49, 6):
        record(str(hours), contact_id=hours, at=now - timedelta(hours=hours))

    integrations.connect(at=now)

    used = {key.name: (key.last_used_at is not None, key.is_over(now)) for key in ApiKey.objects.all()}
    assert used == {
        "Web shop": (True, False),
        "Season report": (False, False),
        "Former newsletter tool": (True, True),
    }
    shop, warehouse = WebhookEndpoint.objects.order_by("pk")
    states = list(shop.notices.values_list("state", flat=True))
    assert set(states) == {NoticeState.DELIVERED}
    assert len(states) == 9
    assert (shop.failing_since, shop.key and shop.key.name) == (None, "Web shop")
    dead = warehouse.notices.get(state=NoticeState.DEAD)
    assert (dead.entry_id, dead.status, dead.settled_at is not None and dead.settled_at < now) == (None, 503, True)
    assert warehouse.notices.filter(state=NoticeState.WAITING, attempts=1).count() == sending.AT_ONCE
    assert warehouse.failing_since == warehouse.created_at
    assert warehouse.stopped_at is None
