"""Addresses of the API, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from config.api.endpoints import decisions

urlpatterns = [
    path("decisions/", decisions.Decisions.as_view(), name="api-decisions"),
]
