"""Lists: what there is, how many stand how on each, and the page of one list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextareaWidget

from consent.admin import links
from consent.admin.actors import staff
from consent.admin.filters import ChoiceFilter, SelectFilter
from consent.admin.history import HistoryAdmin
from consent.admin.named import NamedScreen
from consent.admin.paging import CappedPaginator
from consent.admin.view_only import NamedChangeList
from consent.keywords import WordRefused, check_list_keyword
from consent.selectors.words import word_lists
from consent.vocabulary import CHANNELS
from lists import services
from lists.admin.reach import reach_rows
from lists.models import ContactList
from lists.selectors.overview import counts_of
from lists.values import ListCounts, ListDraft
from lists.vocabulary import ListPurpose

_COUNTS = "_counts"


class ListForm(forms.ModelForm):
    """Says what is wrong with a list before the verb would."""

    class Meta:
        model = ContactList
        fields = (
            "name",
            "slug",
            "purpose",
            "description",
            "public_name",
            "public_description",
            "keyword",
            "keyword_reply",
            "opt_out_list",
        )
        widgets = {
            name: UnfoldAdminTextareaWidget(attrs={"rows": 3})
            for name in ("description", "public_description", "keyword_reply")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        paired = self.fields.get("opt_out_list")
        if isinstance(paired, forms.ModelChoiceField):
            paired.queryset = ContactList.objects.exclude(pk=self.instance.pk).order_by("name")
            paired.widget.can_add_related = paired.widget.can_change_related = paired.widget.can_view_related = False

    def clean_keyword(self) -> str:
        raw = self.cleaned_data["keyword"].strip()
        try:
            keyword = check_list_keyword(raw, words=word_lists()) if raw else ""
        except WordRefused as refused:
            raise ValidationError(str(refused), code=refused.code) from refused
        taken = ContactList.objects.filter(keyword=keyword).exclude(pk=self.instance.pk).first() if keyword else None
        if taken is not None:
            raise ValidationError(f"The list “{taken}” has this keyword already. Choose another.", code="taken")
        return keyword

    def draft(self) -> ListDraft:
        """Return what the form asks for, as the verbs take it."""
        given = {**{name: getattr(self.instance, name) for name in ("slug",)}, **self.cleaned_data}
        paired = given.pop("opt_out_list", None)
        return ListDraft(
            **{**given, "purpose": ListPurpose(given["purpose"])}, opt_out_list_id=paired.pk if paired else None
        )


class InUseFilter(SelectFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("in_use", "In use"), ("archived", "Archived")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() in {"in_use", "archived"}:
            return queryset.filter(archived_at__isnull=self.value() == "in_use")
        return queryset


@admin.register(ContactList)
class ContactListAdmin(NamedScreen, HistoryAdmin):
    """Shows the lists. Saving, archiving and restoring call the verbs of lists."""

    screen = "Lists"
    form = ListForm
    list_display = ("name", "purpose", "members", "opted_out", "blocked", "removed", "keyword", "state")
    list_filter = (InUseFilter, ("purpose", ChoiceFilter))
    list_filter_submit = True
    list_per_page = 25
    list_max_show_all = 0
    show_full_result_count = False
    paginator = CappedPaginator
    search_fields = ("name", "slug")
    ordering = ("name", "id")
    actions = None
    sortable_by = ()
    change_form_template = "lists/list.html"
    fieldsets = (
        ("The list", {"fields": ("name", "slug", "purpose", "description", "opt_out_list")}),
        ("What contacts read", {"fields": ("public_name", "public_description")}),
        ("Keyword", {"fields": ("keyword", "keyword_reply")}),
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[NamedChangeList]:
        return NamedChangeList

    def prepare(self, rows: list[ContactList]) -> None:
        """Give the rows their counts, all with one question."""
        found = counts_of([row.pk for row in rows])
        for row in rows:
            row.__dict__[_COUNTS] = found[row.pk]

    def get_readonly_fields(self, request: HttpRequest, obj: ContactList | None = None) -> tuple[str, ...]:
        return ("slug",) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: ContactList | None = None) -> dict[str, Any]:
        return {} if obj or not self.has_add_permission(request) else {"slug": ("name",)}

    def has_delete_permission(self, request: HttpRequest, obj: ContactList | None = None) -> bool:
        """Always returns False: a list is archived, so that its opt-outs go on."""
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        shown: dict[str, Any] = {"show_save_and_add_another": False}
        row = self.get_object(request, object_id) if object_id else None
        if row is not None and request.method == "GET":
            counted = request.GET.get("count", "")
            found = counts_of([row.pk])[row.pk]
            shown |= {
                "counts": found,
                "reach": reach_rows(row, found, counted=counted if counted in set(CHANNELS) else ""),
                "members_url": f"{reverse('admin:lists_listmembership_changelist')}?list__id__exact={row.pk}",
                "may_archive": self.has_change_permission(request, row),
            }
        try:
            return super().changeform_view(request, object_id, form_url, {**shown, **(extra_context or {})})
        except services.ListRefusal as refusal:
            messages.error(request, refusal.message)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: ContactList, form: ListForm, change: bool) -> None:
        by, at = staff(request), timezone.now()
        if change:
            services.update_list(list_id=obj.pk, draft=form.draft(), by=by, at=at)
        else:
            obj.pk = services.create_list(draft=form.draft(), by=by, at=at).pk

    def get_urls(self) -> list[URLPattern]:
        shelve = path("<int:list_id>/shelve/", self.admin_site.admin_view(self.shelve), name="lists_contactlist_shelve")
        return [shelve, *super().get_urls()]

    def shelve(self, request: HttpRequest, list_id: int) -> HttpResponse:
        """Archive a list, or take an archived one into use again."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        verb = services.restore_list if "restore" in request.POST else services.archive_list
        try:
            changed = verb(list_id=list_id, by=staff(request), at=timezone.now())
        except services.ListMissing as missing:
            raise Http404(missing.message) from missing
        state = "archived. Its opt-outs go on" if changed.is_archived else "in use again, with every flag it had"
        messages.success(request, f"{changed.name} is {state}.")
        return HttpResponseRedirect(reverse("admin:lists_contactlist_change", args=[list_id]))

    @admin.display(description="Members")
    def members(self, row: ContactList) -> SafeString:
        return _number(row, "members", "on_list")

    @admin.display(description="Opted out")
    def opted_out(self, row: ContactList) -> SafeString:
        return _number(row, "opted_out", "opted_out")

    @admin.display(description="Blocked")
    def blocked(self, row: ContactList) -> SafeString:
        return _number(row, "blocked", "blocked")

    @admin.display(description="Removed")
    def removed(self, row: ContactList) -> SafeString:
        return _number(row, "removed", "removed")

    @admin.display(description="State")
    def state(self, row: ContactList) -> SafeString:
        return links.mark("Archived", "quiet") if row.is_archived else links.mark("In use", "good")


def _number(row: ContactList, field: str, state: str) -> SafeString:
    counts: ListCounts = row.__dict__[_COUNTS]
    address = reverse("admin:lists_listmembership_changelist")
    return format_html(
        '<a href="{}?list__id__exact={}&amp;state={}">{}</a>', address, row.pk, state, f"{getattr(counts, field):,}"
    )
