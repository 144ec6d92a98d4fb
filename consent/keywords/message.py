"""A message as the steps see it: folded, cut into clauses, what is taken back or harmless masked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from consent.keywords.patterns import MASKED, Clause, Hit
from consent.keywords.text import clauses, fold, is_reaction, joined
from consent.keywords.wordlists import WordLists

# Another road is meant when a request names these and no text.
_OTHER_ROADS = frozenset(
    {"call", "calls", "calling", "email", "emails", "emailing", "phone", "phoning", "ring", "mailing"}
)
_THIS_ROAD = frozenset({"text", "texts", "texting", "message", "messages", "messaging", "sms"})


@dataclass(frozen=True)
class Message:
    """One message, and what is known about it beside its body.

    `written` are its clauses as folded, `whole` all their words; `clauses` are in the spelling of the
    phrases, with masked words in the place of homonyms and negated requests; `masked` says whether
    there were any.
    """

    body: str
    words: WordLists
    written: tuple[tuple[str, ...], ...]
    whole: str
    clauses: tuple[Clause, ...]
    masked: bool
    opt_out_type: str = ""
    opt_in_pending: bool = False
    list_keywords: Mapping[str, str] = field(default_factory=dict)
    button: str = ""

    @property
    def tokens(self) -> tuple[str, ...]:
        return tuple(word for clause in self.clauses for word in clause.words)

    def requests(self, *, limited: bool) -> list[Hit[str]]:
        """Return the requests to stop in it: the partial and doubtful ones, or the others."""
        requests = self.words.requests.hits(self.clauses)
        if not requests:
            return []
        welcome = bool(self.words.other_road.hits(self.clauses))
        doubts = self.words.doubtful.hits(self.clauses)
        return [hit for hit in requests if self._is_limited(hit, welcome, doubts) is limited]

    def _is_limited(self, hit: Hit[str], texting_is_welcome: bool, doubts: Sequence[Hit[str]]) -> bool:
        named = set(hit.words)
        if texting_is_welcome and named & _OTHER_ROADS and not named & _THIS_ROAD:
            return True
        if any(_overshadows(doubt, hit) for doubt in doubts):
            return True
        rest = self.clauses[hit.clause].words[hit.end :]
        return bool(self.words.limited.hits([self.words.clause(rest)]))


def understand(
    body: str,
    *,
    words: WordLists,
    opt_out_type: str | None,
    opt_in_pending: bool,
    list_keywords: Mapping[str, str],
    button: str,
) -> Message:
    """Return the message that the steps read."""
    folded = fold(body)
    written = clauses(folded)
    spelt = [] if is_reaction(folded) else [words.clause(clause) for clause in words.spell(written)]
    remaining = tuple(_without_harmless(words, clause) for clause in spelt)
    return Message(
        body=body,
        words=words,
        written=written,
        whole=joined(written),
        clauses=remaining,
        masked=(bool(written) and not spelt) or any(MASKED in clause.words for clause in remaining),
        opt_out_type=(opt_out_type or "").strip().casefold(),
        opt_in_pending=opt_in_pending,
        list_keywords=list_keywords,
        button=button,
    )


def _overshadows(doubt: Hit[str], request: Hit[str]) -> bool:
    """Return whether a near miss began before the request and runs into it ("you never stop texting")."""
    if doubt.clause != request.clause or not doubt.start <= request.start < doubt.end:
        return False
    return doubt.start < request.start or doubt.end > request.end


def _without_harmless(words: WordLists, clause: Clause) -> Clause:
    """Mask homonyms and negated words, save those within a longer phrase ("why not stop texting")."""
    remaining = list(clause.words)
    at = reach = 0  # the end of the longest phrase that began before this word
    while at < len(clause.words):
        harmless, telling = words.harmless.longest_at(clause, at), words.telling.longest_at(clause, at)
        if harmless and reach < harmless.end and (telling is None or telling.end <= harmless.end):
            remaining[at : harmless.end] = [MASKED] * (harmless.end - at)
            at = reach = harmless.end
        else:
            reach = max(reach, telling.end if telling else 0)
            at += 1
    return words.clause(remaining) if MASKED in remaining else clause
