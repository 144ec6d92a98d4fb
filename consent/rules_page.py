"""The rules as people read them: rows for the staff site's Rules page, and docs/rules.md. Pure.

Both are printed from the table that decides, so neither can say anything else than what happens.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consent.rules import LIFT_ROUTES, Lifting, Rule, Scope, Setting
from consent.vocabulary import CHANNELS, Channel, Direction, Kind, LiftRoute, Reason

NONE = "–"


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule in words. What does not apply to it is “–”.

    `kind` is what it sets (kind and reason) or, for a rule that lifts, what it ends.
    """

    code: str
    trigger: str
    channel: str
    kind: str
    covers: str
    target: str
    lifted_by: str
    source: str
    why: str


@dataclass(frozen=True, slots=True)
class Section:
    """The rules of one sort, in the order of the table."""

    title: str
    rows: tuple[RuleRow, ...]


def rule_sections(rules: Sequence[Rule]) -> tuple[Section, ...]:
    """Return every rule once, in words, under the heading where people look for it."""
    titles = {
        "R": "What silences, and what is only recorded",
        "L": "What ends it",
        "E": "Evidence, consent and requests",
        "J": "What goes on",
        "M": "Lists",
        "P": "Personal data",
    }
    return tuple(
        Section(title, tuple(_row(rule) for rule in rules if rule.code.startswith(letter)))
        for letter, title in titles.items()
    )


def render_markdown(rules: Sequence[Rule]) -> str:
    """Return docs/rules.md: what holds for all rules, then each rule, then why each is there."""
    parts = [_INTRODUCTION.strip()]
    for section in rule_sections(rules):
        parts.append(f"## {section.title}")
        parts.append(_rules_table(section.rows))
        parts.append(_reasons_table(section.rows))
    return "\n\n".join(parts) + "\n"


def _row(rule: Rule) -> RuleRow:
    return RuleRow(
        code=rule.code,
        trigger=rule.trigger,
        channel=_where(rule),
        kind=_ends(rule.lifts) if rule.lifts else _each(_what(setting) for setting in rule.sets),
        covers=_each(_covers(setting) for setting in rule.sets),
        target=_each(setting.target.value for setting in rule.sets),
        lifted_by=_lifted_by(rule),
        source=rule.source,
        why=rule.why,
    )


def _each(words: Iterable[str]) -> str:
    """Return the distinct words in their order, or “–” where there are none."""
    return "; ".join(dict.fromkeys(words)) or NONE


def _where(rule: Rule) -> str:
    scopes = {setting.scope for setting in rule.sets}
    if scopes and Scope.EVENT not in scopes:
        return _each(setting.scope.value for setting in rule.sets)
    if set(CHANNELS) <= rule.channels:
        return Scope.EVENT.value if scopes else "any"
    return ", ".join(channel.label for channel in Channel if channel in rule.channels)


def _what(setting: Setting) -> str:
    if setting.as_asked:
        return f"as asked, else {setting.kind.value} “{setting.reason.label}”"
    inbound = ", from the contact" if setting.direction is Direction.INBOUND else ""
    on = f" on {setting.scope.value}" if setting.takes_over else ""
    return f"{setting.kind.value} “{setting.reason.label}”{on}{inbound}"


def _covers(setting: Setting) -> str:
    return "as asked" if setting.as_asked else setting.covers.label.lower()


_BY: dict[LiftRoute, str] = {
    LiftRoute.CONTACT_OPT_IN: "the contact's own opt-in there",
    LiftRoute.PREFERENCE_PAGE: "the contact on the preference page",
    LiftRoute.STAFF: "staff",
    LiftRoute.APPROVED_EVIDENCE: "approved opt-in evidence",
    LiftRoute.NUMBER_CORRECTED: "support correcting the number",
    LiftRoute.REVIEWER: "a reviewer",
    LiftRoute.CONFIRMED: "becoming an opt-out",
    LiftRoute.EXPIRY: "the end it was given",
}


def _lifted_by(rule: Rule) -> str:
    if not rule.sets:
        return NONE
    ways = [_BY[route] for route in _BY if route in rule.lifted_by]
    listed = ways[0] if len(ways) == 1 else f"{', '.join(ways[:-1])} or {ways[-1]}"
    return f"By {listed}. {rule.lift_note}".strip()


def _ends(lifting: Lifting) -> str:
    """Return the reasons that a lifting rule ends: read off the routes, so that no list is kept twice."""
    ended = [
        (reason, kind)
        for reason in Reason
        for kind in Kind
        if lifting.route in LIFT_ROUTES.get((reason, kind), ()) and lifting.reaches(reason)
    ]
    return "ends " + ", ".join(_ended(reason, kind) for reason, kind in ended)


def _ended(reason: Reason, kind: Kind) -> str:
    both = all((reason, each) in LIFT_ROUTES for each in Kind)
    return f"“{reason.label}” ({kind.value})" if both else f"“{reason.label}”"


def _rules_table(rows: Sequence[RuleRow]) -> str:
    silences = any(row.lifted_by != NONE for row in rows)
    if silences:
        head = ("Rule", "What happens", "Where", "What stands then", "It refuses", "Who is silenced", "What ends it")
        cells = [(row.code, row.trigger, row.channel, row.kind, row.covers, row.target, row.lifted_by) for row in rows]
        return _table(head, cells)
    if all(row.kind == NONE for row in rows):
        return _table(("Rule", "What happens"), [(row.code, row.trigger) for row in rows])
    ending = ("Rule", "What happens", "Where", "What it does")
    return _table(ending, [(row.code, row.trigger, row.channel, row.kind) for row in rows])


def _reasons_table(rows: Sequence[RuleRow]) -> str:
    distinct = dict.fromkeys((row.code, row.why, row.source) for row in rows)
    return _table(("Rule", "Why", "Source"), list(distinct))


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


_INTRODUCTION = """
# Who may be contacted, and who may not

This page is printed from the table that decides (`consent/rules/table/`) by `manage.py print_rules`. Change the
table, never this page: a test compares them.

## Who is silenced

A *suppression* is one standing reason not to contact. It names an address, a contact, or both, on one channel or on
all of them. Before a message leaves, the gate looks for suppressions of the person **and** of the address that the
message would reach. One that speaks of the channel and of the message's purpose is enough for a no.

What somebody says from a number or a mailbox is therefore written down twice over: for the address, and for every
contact who holds it on that day. It follows the person to a new number, and it waits at the old number for whoever
gets it next. A number nobody knows yet can say no, too; the contact created for it later is silenced from the start.

Several reasons can stand side by side, each with its own way out. The channel stays silent until the last of them has
ended. Reasons never push each other aside. Told again, a reason can only grow: from temporary to permanent, from
marketing to everything, to a later end.

*Transactional* messages (an invoice, a password reset) pass a suppression that refuses “all but transactional
messages”, and no other. Inbound DND and blocks decide whose calls and texts come in; only the outbound half of a block
keeps ours from going out.

## Permanent and temporary

Staff can end what is **temporary**, from the contact's own record, sometimes with a statement that the reason asks for.
Nobody on the staff can end what is **permanent**. It ends when the contact comes back by a way that the rule names, or
when a second person has approved evidence of a later consent. A reviewer can also find that a message was misread. The
same holds for administrators, imports, integrations and jobs, and the database keeps it against all of them.

An end can be set for a temporary suppression (a snooze). A permanent one has none.

Evidence counts for one contact at one address, on the channels it names. What stood on all channels goes on on the
others.

## The order of events

What counts is when the contact acted, not when we heard of it. Of a no and a yes the newer one wins, and at the same
moment the no. A no that arrives late is dropped when a newer yes, one that could have ended it, is on record; a yes
that arrives late ends only what is older. Either is kept in the ledger as superseded. Hearing the same twice changes
nothing. A late no is weighed against the yeses from its own number or mailbox; one from another number of the same
person does not undo it, and the person opts in once more.

A held message counts from the moment it was written, even when a reviewer makes it an opt-out days later.

One row stands for one reason, so a yes that was given between two noes and arrives after both ends neither, and the
wider of the two noes holds.

## Numbers that are shared or change hands

A yes from a number ends what was said at that number, for everyone who holds it now. For somebody who holds it alone
it also ends what followed them from an earlier number; the earlier number itself stays silenced. Several people who
share a number could each have sent the message, so what followed one of them from elsewhere stays.

Staff and the preference page speak for one contact: that contact and the address are freed, and the others who share
it stay silenced under their own names. Evidence speaks for one contact, too, and what stands for the others at the
number stays where it is: the number is silent until it opts in itself, or evidence has come for each of them.

While a contact is blocked, an opt-in is recorded and ends nothing: staff unblock first, then the contact opts in again.

Facts about a line (unreachable, bouncing, somebody else's number) name no contact. Who gets rid of the number gets rid
of them.
"""
