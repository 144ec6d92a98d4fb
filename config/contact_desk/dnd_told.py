"""What an action did, as the sentence shown after it: exactly what changed, and what still stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from config.contact_desk import dates
from config.contact_desk.dnd_forms import OptOutForm, PanelForm, TurnForm
from consent.selectors.dnd import ContactDnd, StandingReason
from consent.selectors.drift import mailgun_is_configured
from consent.sentences import refusal
from consent.services.recording import Recorded
from consent.values import Outcome
from consent.vocabulary import Channel, Direction, Effect, Reason

_NEW = {Effect.SET, Effect.STRENGTHENED}


def switched_on(form: PanelForm, recorded: Recorded, after: ContactDnd) -> str:
    """Return what switching DND on did."""
    new = [outcome for outcome in recorded.outcomes if outcome.effect in _NEW]
    if not new:
        return _already(recorded.outcomes)
    inbound = new[0].direction is Direction.INBOUND
    where = names(outcome.channel for outcome in new)
    end = new[0].expires_at
    what = f"{where} from the contact {_is(new)} refused" if inbound else f"{where} {_is(new)} silenced"
    longer = " This replaces the earlier end." if any(each.effect is Effect.STRENGTHENED for each in new) else ""
    return f"{what} {f'until {dates.until(end)}' if end else 'until somebody clears it'}.{longer}"


def _already(outcomes: Sequence[Outcome]) -> str:
    end = outcomes[0].expires_at
    kept = f"until {dates.until(end)}" if end else "without an end"
    where = names(outcome.channel for outcome in outcomes)
    return f"Nothing changed: {where} {_is(outcomes)} on already, {kept}. An earlier end needs clearing first."


def opted_out(form: OptOutForm, recorded: Recorded, after: ContactDnd) -> str:
    """Return what recording the contact's own words did."""
    first = recorded.outcomes[0]
    where = names(outcome.channel for outcome in recorded.outcomes)
    if not recorded.changed and first.effect is Effect.SUPERSEDED:
        return f"Recorded without effect: the contact opted in on {where} after that."
    if not recorded.changed:
        return f"Recorded again: the contact had opted out of {where} already."
    return f"Recorded: the contact opted out of {where}. It is permanent; staff can't take it back."


def cleared(form: PanelForm, recorded: Recorded, after: ContactDnd) -> str:
    """Return what clearing did, and whether the contact can be reached there now."""
    lifted = [outcome for outcome in recorded.outcomes if outcome.effect is Effect.LIFTED]
    if not lifted:
        return "Nothing to clear: it was lifted already."
    where = names(outcome.channel for outcome in lifted)
    what = names_of_reasons(lifted)
    if lifted[0].direction is Direction.INBOUND:
        return f"{where} from the contact {_is(lifted)} accepted again."
    touched = {outcome.channel for outcome in lifted}
    still = [each for each in after.channels if each.channel in touched and (each.reasons or after.everywhere)]
    told = f"DND cleared on {where} ({what})."
    if any(each.reason is Reason.BOUNCE for each in lifted) and mailgun_is_configured():
        told += " Mailgun is asked to take the address off its list of bounces, too: see Drift."
    if not still:
        return f"{told} Nothing silences {'it' if len(touched) == 1 else 'them'} any more."
    stays = "; ".join(f"{each.channel.label}: {(each.reasons or after.everywhere)[0].text}" for each in still)
    return f"{told} Still silenced: {stays}."


def do_not_contact(form: TurnForm, recorded: Recorded, after: ContactDnd) -> str:
    """Return what the kill switch did."""
    if not recorded.changed:
        return f"Nothing changed: Do Not Contact was {'on' if form.cleaned_data['on'] else 'off'} already."
    if form.cleaned_data["on"]:
        return "Do Not Contact is on: only transactional messages pass, on every channel. Lists stay as they are."
    return "Do Not Contact is off. What else stands on the channels goes on."


def objected(form: PanelForm, recorded: Recorded, after: ContactDnd) -> str:
    """Return what recording the contact's objection did."""
    if not recorded.changed:
        return "Recorded again: the contact had objected already."
    return "Objection recorded: no marketing and no conversation on any channel. Only the contact can take it back."


def blocked(form: TurnForm, recorded: Recorded, after: ContactDnd) -> str:
    """Return what the block or the unblock did."""
    if not recorded.changed:
        return f"Nothing changed: the contact was {'blocked' if form.cleaned_data['on'] else 'not blocked'} already."
    if form.cleaned_data["on"]:
        return "Blocked: no calls or texts in either direction, and opted out of SMS."
    came_with_it = (row for each in after.channels for row in each.reasons if row.suppression.rule == "R21")
    stays = " The opt-out from SMS that came with the block stays: clear it when the contact asks."
    return f"Unblocked.{stays if any(came_with_it) else ''}"


def refused(recorded: Recorded, before: ContactDnd) -> str:
    """Return why an action was refused: each reason once, with the way out."""
    reasons = {each.suppression.id: each for each in _all(before)}
    told: list[str] = []
    for outcome in recorded.refusals:
        row = reasons.get(outcome.suppression_id or 0)
        sentence = refusal(outcome.code, row.suppression if row else None)
        told.append(f"{row.text}. {sentence}" if row else sentence)
    return " ".join(dict.fromkeys(told))


def _all(dnd: ContactDnd) -> Iterable[StandingReason]:
    for each in (*dnd.channels, *dnd.inbound):
        yield from each.reasons
    yield from dnd.everywhere


def names(channels: Iterable[Channel]) -> str:
    """Return "SMS", "SMS and E-mail" or "SMS, E-mail and WhatsApp"."""
    return _listed(dict.fromkeys(channel.label for channel in channels))


def names_of_reasons(outcomes: Iterable[Outcome]) -> str:
    """Return the reasons of some outcomes as words."""
    return _listed(dict.fromkeys(each.reason.label.lower() for each in outcomes if each.reason))


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _is(outcomes: Iterable[Outcome]) -> str:
    channels = {outcome.channel for outcome in outcomes}
    return "are" if len(channels) > 1 or Channel.CALL in channels or Channel.ALL in channels else "is"
