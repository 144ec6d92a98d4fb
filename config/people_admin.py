"""Staff and their roles, and the tables of packages that the staff site shows: all in the theme's classes.

A package's own admin would look broken in the theme. Only who was granted it sees these: superusers, as delivered.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import ManyToManyField, Q, QuerySet
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from config.roles import GRANTS
from consent.admin.named import NamedScreen
from consent.admin.paging import CappedPaginator

ABOUT_PEOPLE = ("view_user", "add_user", "change_user", "view_group", "add_group", "change_group", "delete_group")
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
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
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
        if db_field.name == "groups":
            kwargs |= {"label": "Roles", "help_text": "Somebody with several may do what any of them may."}
        return super().formfield_for_manytomany(
            db_field, request, widget=UnfoldAdminCheckboxSelectMultipleWidget, **kwargs
        )

    @admin.display(description="Roles")
    def roles(self, user: User) -> str:
        return "superuser" if user.is_superuser else ", ".join(sorted(group.name for group in user.groups.all()))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        mine = tuple(super().get_readonly_fields(request, obj))
        return mine if request.user.is_superuser else (*mine, *ROYAL)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Give somebody a new password, on a page that is headed as the others are."""
        page = super().user_change_password(request, id, form_url)
        if isinstance(page, TemplateResponse):
            page.context_data = {**(page.context_data or {}), "screen": self.screen}
        return page

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Always returns False: what somebody did keeps their name. Switch “active” off instead."""
        return False


class RightsField(ModelMultipleChoiceField):
    """Rights by what they allow, without the names of tables."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


@admin.register(Group)
class RoleAdmin(NamedScreen, GroupAdmin, ModelAdmin):
    """Roles and what each may do, of the rights that this product asks for."""

    screen = "Roles"
    list_per_page = 25
    paginator = CappedPaginator
    filter_horizontal = ()

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any) -> Any:
        # Django makes rights for every table; those that no screen asks for would promise what they don't give.
        asked = [Q(content_type__app_label="auth", codename__in=ABOUT_PEOPLE)]
        asked += [Q(content_type__app_label=app, codename=name) for app, _, name in (g.partition(".") for g in GRANTS)]
        ours = Permission.objects.filter(reduce(or_, asked)).select_related("content_type")
        kwargs |= {"queryset": ours.order_by("content_type__app_label", "name"), "form_class": RightsField}
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
