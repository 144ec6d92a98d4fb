"""Every address the product answers."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from config import health
from config.api.middleware import nowhere

urlpatterns = [
    path("", RedirectView.as_view(url="/admin/"), name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("config.api.urls")),
    re_path("^api/", nowhere),
    path("", include("consent.urls")),
]

handler403 = "config.error_pages.forbidden"
handler404 = "config.error_pages.missing"
