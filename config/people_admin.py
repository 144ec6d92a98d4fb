"""Staff and their roles, and the tables of packages that the staff site shows: all in the theme's classes.

A package's own admin would look broken in the theme. Only who was granted it sees these: superusers, as delivered.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

ROYAL = ("is_superuser", "groups", "user_permissions")
"""Fields that give rights: only a superuser hands them out, so that nobody promotes themselves."""

admin.site.unregister([User, Group])


@admin.register(User)
class StaffAdmin(UserAdmin, ModelAdmin):
    """People who log in, and the roles they have."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "first_name", "last_name", "is_active", "last_login")
    list_per_page = 50

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        mine = tuple(super().get_readonly_fields(request, obj))
        return mine if request.user.is_superuser else (*mine, *ROYAL)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Always returns False: what somebody did keeps their name. Switch “active” off instead."""
        return False


@admin.register(Group)
class RoleAdmin(GroupAdmin, ModelAdmin):
    """Roles and what each may do."""

    list_per_page = 50


def _dress(model_admin: admin.ModelAdmin) -> type[ModelAdmin]:
    """Return a package's admin class on the theme's base."""
    inherited: dict[str, Any] = {"__module__": __name__}
    return type(type(model_admin).__name__, (type(model_admin), ModelAdmin), inherited)


for _model, _model_admin in list(admin.site._registry.items()):
    if _model._meta.app_label in {"axes", "procrastinate"}:
        admin.site.unregister(_model)
        admin.site.register(_model, _dress(_model_admin))
