"""Words: the business's own words and phrases, tried on a sentence before they are saved as a new version."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from consent.admin.actors import staff
from consent.admin.word_history import history
from consent.keywords import DEFAULT_WORDS, WordLists, read
from consent.keywords.entries import LABELS, RESERVED, EntryKind, OwnEntry, fitting
from consent.registry import registry
from consent.selectors.words import newest_version, own_entries, word_lists
from consent.services.words import UnableToChangeWords, change_words, check_added
from consent.values import Reading

LANGUAGES = (
    ("", "Any"),
    ("en", "English"),
    ("fr", "French"),
    ("es", "Spanish"),
    ("de", "German"),
    ("pt", "Portuguese"),
    ("it", "Italian"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("sv", "Swedish"),
    ("da", "Danish"),
    ("nb", "Norwegian"),
    ("fi", "Finnish"),
    ("tr", "Turkish"),
    ("vi", "Vietnamese"),
    ("tl", "Tagalog"),
    ("zh", "Chinese"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
    ("ar", "Arabic"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("ru", "Russian"),
    ("uk", "Ukrainian"),
)
MOST_AT_ONCE = 50


def _kinds() -> list[tuple[str, str]]:
    """Return what can be added, a choice for each signal and each disposition."""
    choices = []
    for kind in EntryKind:
        labels = [label.value for label in LABELS[kind]] if kind in LABELS else [""]
        choices += [(f"{kind}:{label}", OwnEntry(kind, "", label=label).means) for label in labels]
    return choices


class WordsForm(forms.Form):
    """What to add and what to remove, on top of the version that the page showed."""

    kind = forms.ChoiceField(choices=_kinds, widget=UnfoldAdminSelectWidget, label="Add as")
    language = forms.ChoiceField(choices=LANGUAGES, required=False, widget=UnfoldAdminSelectWidget)
    text = forms.CharField(
        required=False,
        max_length=MOST_AT_ONCE * 130,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        label="Words or phrases to add",
        help_text="One a line.",
    )
    remove = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple, label="Own words to remove")
    sentence = forms.CharField(
        required=False,
        max_length=2000,
        strip=False,
        widget=UnfoldAdminTextInputWidget,
        label="Try a sentence",
        help_text="How it is read now, and how it would be read after the change.",
    )
    note = forms.CharField(
        required=False, max_length=300, widget=UnfoldAdminTextInputWidget, label="What you change, and why"
    )
    expected = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, entries: tuple[OwnEntry, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entries = entries
        cast(forms.ChoiceField, self.fields["remove"]).choices = [
            (str(position), f"{entry.text} ({entry.means})") for position, entry in enumerate(entries)
        ]
        if not entries:
            del self.fields["remove"]

    def clean_text(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["text"].splitlines() if line.strip()]
        if len(lines) > MOST_AT_ONCE:
            raise forms.ValidationError(f"Add {MOST_AT_ONCE} at a time at the most.")
        return list(dict.fromkeys(lines))

    @property
    def added(self) -> list[OwnEntry]:
        kind, _, label = self.cleaned_data["kind"].partition(":")
        language = self.cleaned_data["language"]
        return [OwnEntry(EntryKind(kind), text, language, label) for text in self.cleaned_data.get("text", [])]

    @property
    def removed(self) -> list[OwnEntry]:
        return [self.entries[int(position)] for position in self.cleaned_data.get("remove", [])]


def view(request: HttpRequest) -> HttpResponse:
    """Show the words; try a change on a sentence, or save it as a new version."""
    if not request.user.has_perm("consent.view_wordlistversion"):
        raise PermissionDenied
    may_change = request.user.has_perm("consent.add_wordlistversion")
    newest = newest_version()
    number = newest.number if newest else 0
    form = WordsForm(request.POST or None, entries=own_entries(), initial={"expected": number})
    context: dict[str, object] = {}
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        if form.is_valid():
            if request.POST.get("do") == "save" and _save(request, form):
                return HttpResponseRedirect(reverse("admin:words"))
            context = _tried(form, problems_too=request.POST.get("do") != "save")
    return TemplateResponse(
        request,
        "consent/words/words.html",
        {
            **admin.site.each_context(request),
            "title": "Words",
            "form": form,
            "may_change": may_change,
            "version": word_lists().version,
            "entries": own_entries(),
            "reserved": sorted(RESERVED),
            "shipped": sorted(DEFAULT_WORDS.opt_out - RESERVED),
            "counts": _counts(DEFAULT_WORDS),
            "languages": ", ".join(DEFAULT_WORDS.languages),
            "history": history(),
            **context,
        },
    )


def _save(request: HttpRequest, form: WordsForm) -> bool:
    try:
        saved = change_words(
            add=form.added,
            remove=form.removed,
            note=form.cleaned_data["note"],
            expected=form.cleaned_data["expected"],
            by=staff(request),
            at=timezone.now(),
        )
    except UnableToChangeWords as refused:
        for problem in refused.problems:
            form.add_error(problem.field if problem.field in form.fields else None, problem.sentence)
        return False
    messages.success(request, f"Saved as version {saved.number}. It counts from the next message on.")
    return True


def _tried(form: WordsForm, *, problems_too: bool) -> dict[str, object]:
    """Return how the sentence is read before and after the change. What would be refused is left out, and said."""
    kept = [entry for entry in form.entries if entry not in form.removed]
    if problems_too:
        for problem in check_added(form.added, kept):
            form.add_error("text", problem.sentence)
    sentence = form.data.get("sentence", "")
    if not sentence.strip():
        return {}
    after, _ = fitting(DEFAULT_WORDS, [*kept, *form.added], version="draft")
    before, then = _read(sentence, word_lists()), _read(sentence, after)
    return {"sentence": sentence, "readings": [("Now", before), ("After the change", then)], "differs": before != then}


def _read(sentence: str, words: WordLists) -> Reading:
    return read(sentence, words=words, list_keywords=registry.list_keywords())


def _counts(words: WordLists) -> list[tuple[str, int]]:
    return [
        ("requests to stop", len(words.phrases)),
        ("phrases that are held for review", len(words.near_misses)),
        ("signals", len(words.signals)),
        ("phrases of no interest", len(words.soft)),
        ("harmless phrases", len(words.homonyms) + len(words.negations)),
    ]
