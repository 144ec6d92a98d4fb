"""What staff read where they may not go, and where nothing is: why, and the way back."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views import defaults


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403, to staff as a page of the staff site."""
    if not _is_staff(request):
        return defaults.permission_denied(request, exception)
    why = "Your role may not open this, or may not do it. Somebody with another role can do it for you."
    return _page(request, "Not for your role", why, status=403)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404, to staff as a page of the staff site."""
    if not _is_staff(request):
        return defaults.page_not_found(request, exception)
    why = "Nothing is at this address. What was here may be gone, or the link is wrong."
    return _page(request, "Nothing here", why, status=404)


def _is_staff(request: HttpRequest) -> bool:
    return request.path.startswith("/admin/") and getattr(request, "user", None) is not None and request.user.is_staff


def _page(request: HttpRequest, title: str, why: str, *, status: int) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": title, "why": why}
    return TemplateResponse(request, "admin/refused.html", context, status=status).render()
