"""Roles as the migrations leave them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission

from config.roles import GRANTS, Role

pytestmark = pytest.mark.django_db


def test_every_grant_is_a_permission_that_exists_and_hangs_on_its_groups() -> None:
    for grant, roles in GRANTS.items():
        label, codename = grant.split(".")
        permission = Permission.objects.get(content_type__app_label=label, codename=codename)
        granted = set(Group.objects.filter(permissions=permission).values_list("name", flat=True))
        assert granted == {role.value for role in roles}, grant


def test_every_role_is_a_group() -> None:
    assert {role.value for role in Role} <= set(Group.objects.values_list("name", flat=True))
