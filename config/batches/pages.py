"""The pages of a bulk action: form, preview, progress and result, rows, undo."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from config.batches import jobs, selectors, services, words
from config.batches.acts import ACTS, permission_of
from config.batches.errors import NOT_A_DRAFT, BatchRefusal
from config.batches.forms import FORMS, BatchForm
from config.batches.models import Batch
from config.batches.vocabulary import Action, Status
from config.contact_desk.shell import LIST_URL, act_of, refuse, require
from consent.admin.named import under
from consent.services.dnd import UnableToSetDnd

PAGE, FORM, PREVIEW = "admin:batch", "admin:batch-form", "admin:batch-preview"

BatchView = Callable[..., HttpResponse]


def for_batch(view: BatchView) -> BatchView:
    """Hand a view its batch in place of the id, or answer why it can't.

    Who may not do what the batch does gets 403; a draft is there for its maker alone. A refusal leads to the batch's
    page, which says why.
    """

    @wraps(view)
    def shell(request: HttpRequest, batch_id: uuid.UUID, **kwargs: object) -> HttpResponse:
        batch = selectors.without_contacts().filter(pk=batch_id).first()
        if batch is None or (batch.status == Status.DRAFT and batch.created_by_id != request.user.pk):
            refuse(request, "This bulk action does not exist any more. Choose the contacts again.")
            return redirect(LIST_URL)
        require(request, permission_of(batch))
        try:
            return view(request, batch, **kwargs)
        except BatchRefusal as refusal:
            refuse(request, refusal.message)
            return redirect(PAGE, batch.pk)

    return shell


def _show(request: HttpRequest, template: str, batch: Batch, *, status: int = 200, **more: Any) -> HttpResponse:
    request.current_app = admin.site.name
    context = {
        **admin.site.each_context(request),
        **under("Bulk actions", reverse("admin:batches"), selectors.title(batch)),
        "batch": batch,
        **more,
    }
    return TemplateResponse(request, f"batches/{template}.html", context, status=status)


def listing(request: HttpRequest) -> HttpResponse:
    """Show the bulk actions that were started, newest first, to those who may start any."""
    if not any(request.user.has_perm(act.permission) for act in ACTS.values()):
        raise PermissionDenied
    page = Paginator(selectors.started_batches(request.user.has_perm), 50).get_page(request.GET.get("page"))
    lines = [
        {
            "batch": batch,
            "title": selectors.title(batch),
            "summary": words.summary(Action(batch.action), batch.outcomes),
        }
        for batch in page
    ]
    request.current_app = admin.site.name
    context = {**admin.site.each_context(request), "title": "Bulk actions"}
    return TemplateResponse(request, "batches/listing.html", {**context, "lines": lines, "page": page})


@for_batch
def fill_in(request: HttpRequest, batch: Batch) -> HttpResponse:
    """Show the form of a draft, and count what it would do."""
    if batch.status != Status.DRAFT:
        raise NOT_A_DRAFT
    data = request.POST if request.method == "POST" else None
    form = FORMS[Action(batch.action)](data, initial={**batch.parameters, "note": batch.note})
    if form.is_valid():
        note = form.cleaned_data["note"]
        try:
            with transaction.atomic():
                jobs.have_counted(
                    services.fill_in(batch_id=batch.pk, parameters=form.parameters(), note=note, at=timezone.now())
                )
        except UnableToSetDnd as unable:
            form.add_error(unable.field, str(unable))
        else:
            return redirect(PREVIEW, batch.pk)
    return _show(request, "form", batch, form=form, status=422 if form.is_bound else 200)


@for_batch
def preview(request: HttpRequest, batch: Batch) -> HttpResponse:
    """Show what a draft would do, with the button that starts it."""
    if batch.status != Status.DRAFT:
        return redirect(PAGE, batch.pk)
    if batch.foreseen is None:
        return redirect(FORM, batch.pk)
    counts = words.counts(Action(batch.action), batch.foreseen)
    changes = sum(each.number for each in counts if each.changes)
    return _show(request, "preview", batch, counts=counts, changes=changes, running=not batch.is_foreseen)


@require_POST
@for_batch
def start(request: HttpRequest, batch: Batch) -> HttpResponse:
    """Start a draft."""
    with transaction.atomic():
        started = services.start(batch_id=batch.pk, at=timezone.now())
        jobs.hand_over(started)
    jobs.run_if_small(started)
    return redirect(PAGE, batch.pk)


@for_batch
def page(request: HttpRequest, batch: Batch) -> HttpResponse:
    """Show how far a batch is, and what came of it."""
    if batch.status == Status.DRAFT:
        return redirect(PREVIEW, batch.pk)
    return _show(
        request,
        "page",
        batch,
        counts=words.counts(Action(batch.action), batch.outcomes),
        running=batch.status in {Status.QUEUED, Status.RUNNING},
        undone_by=getattr(batch, "undone_by", None),
        may_undo=_may_undo(batch),
    )


def _may_undo(batch: Batch) -> bool:
    try:
        services.check_undo(batch)
    except BatchRefusal:
        return False
    return True


@for_batch
def progress(request: HttpRequest, batch: Batch) -> HttpResponse:
    """Tell the page's script how far a batch is, or how far a draft is counted."""
    if batch.status == Status.DRAFT:
        running, done = not batch.is_foreseen, batch.counted
    else:
        running, done = batch.status in {Status.QUEUED, Status.RUNNING}, batch.done
    return JsonResponse({"done": done, "total": batch.total, "running": running})


@for_batch
def rows(request: HttpRequest, batch: Batch) -> HttpResponse:
    """Show the contacts of a batch, or those who ended in one way."""
    action, outcome = Action(batch.action), request.GET.get("outcome", "")
    found = Paginator(selectors.items(batch, outcome), 100).get_page(request.GET.get("page"))
    return _show(
        request,
        "rows",
        batch,
        rows=selectors.rows(batch, list(found)),
        page=found,
        counts=words.counts(action, batch.outcomes),
        outcome=outcome,
        sentence=words.sentence(outcome),
    )


@for_batch
def undo(request: HttpRequest, batch: Batch) -> HttpResponse:
    """Show what undoing a batch would do, and undo it."""
    form = BatchForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with transaction.atomic():
            undoing = services.undo(batch_id=batch.pk, note=form.cleaned_data["note"], **act_of(request))
            jobs.hand_over(undoing)
        jobs.run_if_small(undoing)
        return redirect(PAGE, undoing.pk)
    foreseen = services.foresee_undo(batch, at=timezone.now())
    counts = None if foreseen is None else words.counts(Action.UNDO, foreseen)
    return _show(request, "undo", batch, form=form, counts=counts, status=422 if form.is_bound else 200)


@require_POST
@for_batch
def resume(request: HttpRequest, batch: Batch) -> HttpResponse:
    """Let a batch go on that an error has stopped."""
    with transaction.atomic():
        jobs.hand_over(services.resume(batch_id=batch.pk))
    return redirect(PAGE, batch.pk)
