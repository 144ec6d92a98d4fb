"""The staff site with a plain contacts list that has bulk actions, so that nothing else is tested with them."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import include, path
from unfold.admin import ModelAdmin

from config.batches.admin_actions import BulkActionsMixin
from config.site import StaffSite
from contacts.models import Contact
from contacts.selectors import visible_contacts


class Contacts(BulkActionsMixin, ModelAdmin):
    list_filter = ("language",)
    list_per_page = 2
    search_fields = ("search_text",)
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        return visible_contacts()


site = StaffSite(name="admin")
for model, model_admin in admin.site._registry.items():
    site.register(model, Contacts if model is Contact else type(model_admin))

urlpatterns = [path("admin/", site.urls), path("", include("consent.urls"))]
