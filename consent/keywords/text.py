"""Fold what people type into plain words.

Folding is generous, because a person who wants silence may type with accents, in fullwidth letters,
through a gateway that escapes quotes, or one letter at a time. It is linear in the length of the
body and never raises, whatever the bytes were.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u201b\u02bc\u02b9\u00b4`\u2032\uff07", "'"))
# A byte that was no UTF-8 may come as a surrogate: most often it is a letter of Windows' Western charset.
_FOREIGN_BYTES = str.maketrans(
    {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)}
)
_LINE_BREAKS = frozenset("\n\r\v\f\x85\u2028\u2029")
# Letters by category, yet invisible: Hangul fillers, often pasted to make a message look empty.
_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0")
_DROPPED_CATEGORIES = frozenset({"Mn", "Me", "Cf", "Cc"})

# html.unescape raises on numbers of more than 4,300 digits; no character has more than seven.
_OVERLONG_REFERENCE = re.compile(r"&#x?[0-9a-f]{8,}", re.IGNORECASE)
_MARKUP = re.compile(r"</?(?:br|p|b|i|u|div|span|strong|em|font|html|body)\b[^<>]{0,200}>", re.IGNORECASE)
# E-mail gateways wrap lines: a break between two small letters ends no sentence.
_WRAPPED_LINE = re.compile(r"(?<=[a-z,])\r?\n(?=[a-z])")
_INNER_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_NUMBER_SIGN = re.compile(r"\b(wrong|my|this|your|ur|the) ?#(?!\w)")
_REACTION = re.compile(
    r"\s*(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|a aime|le gusto|reacted \S{1,16} to"
    r"|removed an? [a-z ]{1,20} from|[^\w\s\"]{1,8} to)"
    r"\s{1,3}[\"\u201c\u00ab\u201e][^\"\u201d\u00bb]*[\"\u201d\u00bb]?\s*"
)
_TOKEN = re.compile(
    r"(?P<word>[^\W_]+)"
    r"|(?P<stop>[!?;:\n()\[\]{}|/\u2022\u2014]|[.,](?![^\W_])|--+|(?<=\s)[-\u2013](?=\s))"
)

# "don?t" and "don t": an apostrophe lost on the way leaves the contraction in two pieces.
_CLIPPED = frozenset(
    {"don", "can", "won", "didn", "doesn", "isn", "aren", "wasn", "haven", "hasn", "wouldn", "shouldn", "couldn", "ain"}
)


def normalise(body: str) -> str:
    """Return the words of a message, folded, with single spaces between them.

    Shape: HTML entities, compatibility forms, case, accents, zero-width and control characters and
    punctuation are gone; letters spaced out one by one are joined ("S.T.O.P" gives "stop").
    Once: normalising twice is the same as once.
    Raises: nothing, for any text.
    Source: rules § 5.
    """
    return joined(clauses(fold(body)))


def joined(clauses: Iterable[Sequence[str]]) -> str:
    """Return the words of all clauses with single spaces between them."""
    return " ".join(word for clause in clauses for word in clause)


def clauses(folded: str) -> tuple[tuple[str, ...], ...]:
    """Return the words of each clause of a folded text; a message without words has no clause."""
    found: list[list[str]] = [[]]
    for token in _joined_letters(_tokens(folded)):
        if token == "":
            found.append([])
        else:
            found[-1].append(token)
    return tuple(tuple(clause) for clause in found if clause)


def fold(body: str) -> str:
    """Return the text in small plain letters, punctuation still in place."""
    body = body.translate(_FOREIGN_BYTES)
    for _ in range(2):  # some gateways escape what is already escaped
        body = html.unescape(_OVERLONG_REFERENCE.sub(" ", body))
    body = body.replace("â€™", "'").translate(_APOSTROPHES)
    body = _WRAPPED_LINE.sub(" ", _MARKUP.sub(" ", body))
    # Marks go before normalisation too: sorting a long run of them takes quadratic time.
    decomposed = unicodedata.normalize("NFKD", _plain(body)).translate(_APOSTROPHES).casefold()
    folded = unicodedata.normalize("NFC", _plain(unicodedata.normalize("NFKD", decomposed)))
    folded = _INNER_APOSTROPHE.sub("", folded)
    return _NUMBER_SIGN.sub(r"\1 number", folded)


def is_reaction(folded: str) -> bool:
    """Return whether this only reports a thumb or heart put on a message, which it quotes.

    The quotation is ours, and usually ends in our own "reply STOP".
    """
    return _REACTION.fullmatch(folded) is not None


def _plain(text: str) -> str:
    return "".join(_plain_characters(text))


def _plain_characters(text: str) -> Iterator[str]:
    for character in text:
        if character in _LINE_BREAKS:
            yield "\n"
        elif character.isspace():
            yield " "
        elif (
            unicodedata.category(character) not in _DROPPED_CATEGORIES
            and not unicodedata.combining(character)
            and character not in _INVISIBLE
        ):
            yield character


def _tokens(folded: str) -> Iterator[str]:
    """Yield the words, and an empty string wherever a clause ends."""
    words: list[str] = []
    for match in _TOKEN.finditer(folded):
        word = match["word"] or ""
        if word == "t" and len(words) > 0 and _last_word(words) in _CLIPPED:
            while words[-1] == "":
                words.pop()
            words[-1] += "t"
        else:
            words.append(word)
    yield from words


def _last_word(tokens: list[str]) -> str:
    """Return the last word if at most one clause end follows it."""
    return tokens[-1] or (tokens[-2] if len(tokens) > 1 else "")


def _joined_letters(tokens: Iterator[str]) -> Iterator[str]:
    """Join three and more single letters in a row, whatever stood between them."""
    run: list[str] = []
    for token in tokens:
        if token == "" or (len(token) == 1 and token.isalpha()):
            run.append(token)
        else:
            yield from _joined(run)
            run = []
            yield token
    yield from _joined(run)


def _joined(run: list[str]) -> list[str]:
    letters = [token for token in run if token]
    if len(letters) < 3:
        return run
    word = "".join(letters)
    # Ends of clauses around the spelt word stay; those between its letters go.
    before = [""] if run[0] == "" else []
    after = [""] if run[-1] == "" else []
    return [*before, word, *after]
