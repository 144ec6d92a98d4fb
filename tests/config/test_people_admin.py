"""People and roles: who hands out rights."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(db: None) -> User:
    """Somebody who was granted the right to keep the list of people, and is no superuser."""
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user", "add_user"]))
    return clerk


def change(client: Client, user: User, **fields: object) -> int:
    given = {"username": user.username, "email": "new@example.com", "is_active": "on", "is_staff": "on", **fields}
    return client.post(f"/admin/auth/user/{user.pk}/change/", given).status_code


def test_a_superuser_gives_somebody_a_role(client: Client, superuser: User) -> None:
    new = User.objects.create_user("new", is_staff=True)
    client.force_login(superuser)

    assert change(client, new, groups=[Group.objects.get(name="support").pk]) == 302
    assert [group.name for group in new.groups.all()] == ["support"]


def test_nobody_promotes_themselves(client: Client, clerk: User) -> None:
    client.force_login(clerk)

    assert change(client, clerk, is_superuser="on", groups=[Group.objects.get(name="compliance").pk]) == 302
    clerk.refresh_from_db()
    assert (clerk.email, clerk.is_superuser, clerk.groups.count()) == ("new@example.com", False, 0)


def test_a_superuser_is_changed_by_superusers_alone(client: Client, clerk: User, superuser: User) -> None:
    client.force_login(clerk)

    assert change(client, superuser) == 403
    assert client.post(f"/admin/auth/user/{superuser.pk}/password/", {"password1": "x"}).status_code == 403


def test_nobody_is_deleted_so_that_their_name_stays_on_what_they_did(
    client: Client, superuser: User, agent: User
) -> None:
    client.force_login(superuser)

    assert client.post(f"/admin/auth/user/{agent.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post("/admin/auth/user/", {"action": "delete_selected", "_selected_action": [agent.pk], "post": "yes"})
    assert User.objects.filter(pk=agent.pk).exists()


def test_a_role_is_made_of_this_products_rights(client: Client, superuser: User) -> None:
    client.force_login(superuser)
    page = client.get("/admin/auth/group/add/").content.decode()

    assert "Can view suppression" in page
    assert "procrastinate" not in page
    assert "historical" not in page
