"""Consent texts: each version that people were ever shown, and the form that makes the next."""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from consent.admin.actors import staff
from consent.admin.consent_forms import TextForm
from consent.selectors.consents import texts_with_use
from consent.services.consent_texts import UnableToSaveText, save_text


def view(request: HttpRequest) -> HttpResponse:
    """Show every text by name, the newest version first, and save a next version."""
    if not request.user.has_perm("consent.view_consenttext"):
        raise PermissionDenied
    may_save = request.user.has_perm("consent.add_consenttext")
    if request.method == "POST" and not may_save:
        raise PermissionDenied
    form = TextForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        return HttpResponseRedirect(reverse("admin:consent_texts"))
    context = {
        **admin.site.each_context(request),
        "title": "Consent texts",
        "texts": texts_with_use(),
        "form": form,
        "may_save": may_save,
    }
    return TemplateResponse(request, "consent/consents/texts.html", context)


def _saved(request: HttpRequest, form: TextForm) -> bool:
    told = form.cleaned_data
    try:
        text = save_text(
            name=told["name"], wordings=told["words"], note=told["note"], by=staff(request), at=timezone.now()
        )
    except UnableToSaveText as error:
        form.add_error({"wordings": "words"}.get(error.field, error.field), str(error))
        return False
    messages.success(request, f"Saved: {text}. Consents on file keep the version that was shown.")
    return True
