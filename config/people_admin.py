"""Staff and their roles, and the tables of packages that the staff site shows: all in the theme's classes.

A package's own admin would look broken in the theme. Only who was granted it sees these: superusers, as delivered.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import ManyToManyField, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from consent.admin.named import NamedScreen

OURS = ("auth", "config", "contacts", "consent", "lists")
ROYAL = ("is_superuser", "groups", "user_permissions")
"""Fields that give rights: only a superuser hands them out, so that nobody promotes themselves."""

admin.site.unregister([User, Group])


@admin.register(User)
class StaffAdmin(NamedScreen, UserAdmin, ModelAdmin):
    """People who log in, and the roles they have."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    screen = "People"
    list_display = ("username", "email", "first_name", "last_name", "roles", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    list_per_page = 25
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Who", {"fields": ("first_name", "last_name", "email")}),
        ("What they may do", {"fields": ("is_active", "is_staff", "groups", "is_superuser")}),
        ("When", {"fields": ("last_login", "date_joined")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def formfield_for_manytomany(self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(
            db_field, request, widget=UnfoldAdminCheckboxSelectMultipleWidget, **kwargs
        )

    @admin.display(description="Roles")
    def roles(self, user: User) -> str:
        return "superuser" if user.is_superuser else ", ".join(sorted(group.name for group in user.groups.all()))

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
class RoleAdmin(NamedScreen, GroupAdmin, ModelAdmin):
    """Roles and what each may do, of this product's own rights."""

    screen = "Roles"
    list_per_page = 25
    filter_horizontal = ()

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any) -> Any:
        ours = Permission.objects.filter(content_type__app_label__in=OURS).exclude(codename__contains="historical")
        kwargs["queryset"] = ours.select_related("content_type").order_by("content_type__app_label", "name")
        return super().formfield_for_manytomany(
            db_field, request, widget=UnfoldAdminCheckboxSelectMultipleWidget, **kwargs
        )


def _dress(model_admin: admin.ModelAdmin) -> type[ModelAdmin]:
    """Return a package's admin class on the theme's base."""
    inherited: dict[str, Any] = {"__module__": __name__}
    return type(type(model_admin).__name__, (type(model_admin), ModelAdmin), inherited)


for _model, _model_admin in list(admin.site._registry.items()):
    if _model._meta.app_label in {"axes", "procrastinate"}:
        admin.site.unregister(_model)
        admin.site.register(_model, _dress(_model_admin))
