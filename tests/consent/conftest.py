"""What tests of the doors may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from contacts.models import Contact
from tests.consent.amazon import Amazon
from tests.consent.email_asking import IRIS
from tests.consent.email_knocks import lock_doors
from tests.factories.contacts import make_contact


@pytest.fixture(scope="session")
def amazon_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Amazon]:
    with Amazon(tmp_path_factory.mktemp("amazon")).serving() as amazon:
        yield amazon


@pytest.fixture
def amazon(amazon_server: Amazon) -> Amazon:
    """Amazon on this machine, as it was when it began to serve."""
    amazon_server.asked.clear()
    amazon_server.status = 200
    return amazon_server


@pytest.fixture
def doors(settings: Settings, amazon: Amazon) -> None:
    """Every e-mail door, locked with the secret that tests/consent/email_knocks.py fits."""
    lock_doors(settings)


@pytest.fixture
def iris(db: None) -> Contact:
    """Whom the e-mail samples are about."""
    return make_contact("Iris", "Moreau", email=IRIS, phone="+15035550107")
