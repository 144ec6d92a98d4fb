"""The steps by which a message is read. The first that finds something decides.

Wide for opt-out, exact for opt-in: whatever the lists hold, nothing but a whole message of steps
0 and 2 is ever an opt-in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from consent.keywords.message import Message
from consent.keywords.near import respelt, runs_together, shows_a_sign
from consent.keywords.patterns import Clause
from consent.keywords.text import normalise
from consent.keywords.wordlists import WordLists
from consent.values import Reading
from consent.vocabulary import MessageClass, Signal

_PROVIDER_CLASSES = {
    "stop": MessageClass.OPT_OUT,
    "start": MessageClass.OPT_IN,
    "help": MessageClass.HELP,
}
_OFFERED_OPT_OUT = "optout"
_SHORT = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the reading order. `find` returns None to pass the message on."""

    code: str
    finds: str
    find: Callable[[Message], Reading | None]
    source: str
    why: str


def provider_classification(message: Message) -> Reading | None:
    found = _PROVIDER_CLASSES.get(message.opt_out_type)
    return Reading(found, "", "provider", message.opt_out_type) if found else None


def opt_out_keyword(message: Message) -> Reading | None:
    words = message.words
    for pressed in (normalise(line) for line in message.button.splitlines()):
        if pressed in words.buttons or pressed in words.opt_out:
            return Reading(MessageClass.OPT_OUT, "", "keyword", pressed)
    if message.whole not in words.opt_out or _answers_an_offer(message):
        return None
    return Reading(MessageClass.OPT_OUT, "", "keyword", message.whole)


def opt_in_keyword(message: Message) -> Reading | None:
    words = message.words
    asked = message.opt_in_pending and message.whole in words.confirming
    if message.whole in words.opt_in or asked:
        return Reading(MessageClass.OPT_IN, "", "keyword", message.whole)
    return None


def help_keyword(message: Message) -> Reading | None:
    if message.whole in message.words.help:
        return Reading(MessageClass.HELP, "", "keyword", message.whole)
    return None


def list_keyword(message: Message) -> Reading | None:
    keyword = _OFFERED_OPT_OUT if _answers_an_offer(message) else message.whole
    slug = message.list_keywords.get(keyword)
    return Reading(MessageClass.LIST_KEYWORD, "", "list", keyword, list_slug=slug) if slug else None


def both_ways(message: Message) -> Reading | None:
    """Return a hold where opt-in and opt-out words stand together.

    Homonyms and taken-back words are masked before any step; if nothing else is found, the last
    step names this one.
    """
    words = message.words
    opening = words.opt_in | (words.confirming if message.opt_in_pending else frozenset())
    tokens = message.tokens
    opened = next((word for word in tokens if word in opening), None)
    if opened is None:
        return None
    only_keywords = all(word in opening | words.strong | words.everyday | words.filler for word in tokens)
    stopping = words.strong | words.everyday if only_keywords else words.strong
    stopped = next((word for word in tokens if word in stopping), None)
    requests = [] if stopped else words.requests.hits(message.clauses)
    if stopped or requests:
        return _hold(f"{opened} {stopped or requests[0].text}")
    return None


def keyword_with_filler(message: Message) -> Reading | None:
    keyword = _filled_keyword(message.words, message.tokens)
    if keyword in message.words.strong or (keyword and _repeats_a_keyword(message)):
        return Reading(MessageClass.OPT_OUT, "", "keyword+filler", keyword)
    return _hold(keyword) if keyword else None


def request_in_words(message: Message) -> Reading | None:
    for hit in message.requests(limited=False):
        return Reading(MessageClass.OPT_OUT, "", "phrase", hit.text)
    for clause in message.clauses:
        keyword = _filled_keyword(message.words, clause.words) or _explained_keyword(message, clause)
        if keyword in message.words.strong and not _is_banter(message, clause):
            return Reading(MessageClass.OPT_OUT, "", "phrase", keyword)
    return None


def signal(message: Message) -> Reading | None:
    hits = message.words.signalled.hits(message.clauses)
    for kind in Signal:
        for hit in hits:
            if hit.label is kind:
                return Reading(MessageClass.OPT_OUT, "", "signal", hit.text, signal=kind)
    return None


def soft_disinterest(message: Message) -> Reading | None:
    """Return how the lead is closed, unless the message also holds a near miss: then step 10 holds it."""
    clauses = list(message.clauses)
    if len(message.tokens) <= _SHORT:
        clauses.append(message.words.clause(message.tokens))  # a comma in "no, thanks" parts nothing
    hits = message.words.softened.hits(clauses)
    if not hits or near_miss(message):
        return None
    longest = max(hits, key=lambda hit: hit.end - hit.start)
    return Reading(MessageClass.SOFT, "", "soft", longest.text, disposition=longest.label)


def near_miss(message: Message) -> Reading | None:
    words = message.words
    for hit in message.requests(limited=True) + words.doubtful.hits(message.clauses):
        return _hold(hit.text)
    if not message.masked:
        meant = respelt(message.written, words)
        if meant and _asks_to_stop(words, meant):
            return _hold(" ".join(word for clause in meant for word in clause))
        for candidate in runs_together(message.body, message.whole.split(), words):
            if _asks_to_stop(words, [candidate]):
                return _hold(" ".join(candidate))
    keyword_beside_keyword = _mixes_help_and_stop(message)
    if keyword_beside_keyword or shows_a_sign(message.body, len(message.tokens)):
        return _hold(keyword_beside_keyword or "stop sign")
    return None


def ordinary(message: Message) -> Reading:
    return Reading(MessageClass.NONE, "K05" if message.masked else "K11")


STEPS = (
    Step(
        "K00",
        "the provider's own classification",
        provider_classification,
        "Twilio Advanced Opt-Out: OptOutType",
        "it knows keywords and languages configured there that our lists do not",
    ),
    Step(
        "K01",
        "an opt-out word, or an opt-out button, as the whole message",
        opt_out_keyword,
        "47 CFR 64.1200(a)(10); CTIA § 5.1.3; Twilio default keywords; CWTA",
        "these words are a revocation by themselves, whatever their case and punctuation",
    ),
    Step(
        "K02",
        "an opt-in word as the whole message",
        opt_in_keyword,
        "Twilio default keywords",
        "only an exact word may end a silence; yes is one only while we asked",
    ),
    Step("K03", "a help word as the whole message", help_keyword, "CTIA; CWTA", "asking for help changes nothing"),
    Step(
        "K04",
        "a list's own keyword as the whole message",
        list_keyword,
        "rules of contact § 5",
        "who leaves one list by its keyword stays on the others",
    ),
    Step(
        "K05",
        "opt-in and opt-out words together; homonyms and negations",
        both_ways,
        "rules of contact § 5",
        "what says both is for a person to judge, and “don't stop” says neither",
    ),
    Step(
        "K06",
        "an opt-out word with nothing but filler",
        keyword_with_filler,
        "CTIA § 5.1.3: normal language, except where a word can opt out unintentionally",
        "“please cancel” may mean the appointment, “stop please” means stop",
    ),
    Step(
        "K07",
        "a request in natural language",
        request_in_words,
        "47 CFR 64.1200(a)(10): words a reasonable person understands as a revocation",
        "nobody needs to know a keyword in order to be left alone",
    ),
    Step(
        "K08",
        "a wrong number, a death, hostility",
        signal,
        "rules of contact § 3, R18 to R20",
        "the message tells something about the person or the number that outweighs consent",
    ),
    Step(
        "K09", "soft disinterest", soft_disinterest, "rules of contact § 3, R30", "it closes a lead and silences nobody"
    ),
    Step(
        "K10",
        "a near miss",
        near_miss,
        "rules of contact § 5",
        "silence at once and a reviewer's look cost less than one unwanted message",
    ),
    Step("K11", "an ordinary message", ordinary, "rules of contact § 5", "most messages are just that"),
)


def _hold(matched: str) -> Reading:
    return Reading(MessageClass.REVIEW_HOLD, "", "review", matched)


def _answers_an_offer(message: Message) -> bool:
    """Return whether this is OPTOUT, and the caller says that a list's campaign offered that word."""
    return message.whole.replace(" ", "") == _OFFERED_OPT_OUT and _OFFERED_OPT_OUT in message.list_keywords


def _filled_keyword(words: WordLists, tokens: Sequence[str]) -> str:
    """Return the opt-out word among nothing but filler, a strong one first, or an empty string."""
    everyday = ""
    strong = ""
    for token in tokens:
        if token in words.strong:
            strong = strong or token
        elif token in words.everyday:
            everyday = everyday or token
        elif token not in words.filler:
            return ""
    return strong or everyday


def _explained_keyword(message: Message, clause: Clause) -> str:
    """Return the strong word that opens a clause and is followed by why ("stop I'm not interested")."""
    words = message.words
    opening, rest = clause.words[clause.lead : clause.lead + 1], clause.words[clause.lead + 1 :]
    if not opening or opening[0] not in words.strong or message.requests(limited=True):
        return ""
    after = [words.clause(rest)]
    if words.limited.hits(after):
        return ""
    explained = words.softened.hits(after) or words.signalled.hits(after) or words.doubtful.hits(after)
    return opening[0] if explained else ""


def _is_banter(message: Message, clause: Clause) -> bool:
    """Return whether a near miss takes in the keyword: "you're too funny, stop it"."""
    return any(
        len(hit.words) > 1 and hit.words[0] in message.words.strong for hit in message.words.doubtful.hits([clause])
    )


def _repeats_a_keyword(message: Message) -> bool:
    return len(message.tokens) > 1 and all(word in message.words.opt_out for word in message.tokens)


def _asks_to_stop(words: WordLists, clauses: Sequence[Sequence[str]]) -> bool:
    marked: list[Clause] = [words.clause(clause) for clause in clauses]
    tokens = [word for clause in clauses for word in clause]
    return bool(_filled_keyword(words, tokens) or words.requests.hits(marked))


def _mixes_help_and_stop(message: Message) -> str:
    """Return the opt-out word of a message made of help and opt-out words, or an empty string."""
    rest = [word for word in message.tokens if word not in message.words.help]
    return _filled_keyword(message.words, rest) if len(rest) < len(message.tokens) else ""
