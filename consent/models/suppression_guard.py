"""The database's guard over suppressions, in its own language. It holds for superusers too.

Constraints say which routes a reason leaves open; the trigger checks that the proof a route names is real: the
message is the contact's and newer, the evidence approved, the review about this very row.
"""

from __future__ import annotations

import pgtrigger

from consent.keywords import CARRIER_OPT_IN_WORDS
from consent.vocabulary import CHANNELS
from contacts.blanking import ABOUT_ADDRESS, ABOUT_CONTACT, is_blanking, unless_blanking

_REFUSE = "RAISE EXCEPTION 'suppression %: {why}', OLD.id USING ERRCODE = 'restrict_violation';"


def _refuse(why: str) -> str:
    return _REFUSE.format(why=why)


BEGINS_OTHERWISE = "NEW.lifted_at IS NOT NULL OR NEW.reaffirmed_at < NEW.since"
"""When a row does not begin as it must: told to the trigger, whose function is called for no other."""

STARTS_ACTIVE = """
    IF NEW.lifted_at IS NOT NULL THEN
        RAISE EXCEPTION 'a suppression begins active' USING ERRCODE = 'restrict_violation';
    END IF;
    RAISE EXCEPTION 'a suppression is not reaffirmed before it began' USING ERRCODE = 'restrict_violation';
"""

IDENTITY = (
    "id",
    "public_id",
    "address_id",
    "contact_id",
    "channel",
    "direction",
    "reason",
    "since",
    "recorded_at",
)
"""Columns that never change: who, where, why and since when."""

_TOLD = ("rule", "set_kind", "source", "set_by", "detail", "note", "set_event_id")
"""Columns that change only when the suppression becomes stronger: who said the stronger thing."""


def _differ(columns: tuple[str, ...]) -> str:
    old = ", ".join(f"OLD.{column}" for column in columns)
    new = ", ".join(f"NEW.{column}" for column in columns)
    return f"({old}) IS DISTINCT FROM ({new})"


DECLARATIONS = [("proof", "record")]

ABOUT = f"{ABOUT_CONTACT} OR (OLD.contact_id IS NULL AND {ABOUT_ADDRESS})"
"""Whose words these are: the person's own rows, and those at an address that never named anybody else."""

REACHES_THE_PROVIDER = f"""
    proof.message_class = 'opt_in'
    AND (proof.matched_by = 'provider' OR proof.matched IN ({", ".join(f"'{word}'" for word in CARRIER_OPT_IN_WORDS)}))
"""

GUARD = f"""
    {unless_blanking(is_blanking("note", "lift_note", about=ABOUT, json=["attestation"]))}
    IF OLD.lifted_at IS NOT NULL THEN
        {_refuse("it was lifted, and a lifted one never changes")}
    END IF;
    IF {_differ(IDENTITY)} THEN
        {_refuse("who, where, why and since when never change")}
    END IF;
    IF (OLD.kind = 'permanent' AND NEW.kind <> 'permanent')
       OR (OLD.covers = 'everything' AND NEW.covers <> 'everything') THEN
        {_refuse("it never becomes weaker")}
    END IF;
    IF NEW.reaffirmed_at < OLD.reaffirmed_at THEN
        {_refuse("it is never dated back")}
    END IF;
    IF (OLD.kind, OLD.covers, OLD.expires_at) IS NOT DISTINCT FROM (NEW.kind, NEW.covers, NEW.expires_at)
       AND {_differ(_TOLD)} THEN
        {_refuse("what set it changes only when it becomes stronger")}
    END IF;
    IF NEW.lifted_at IS NULL THEN
        RETURN NEW;
    END IF;
    IF (OLD.kind, OLD.covers, OLD.expires_at, OLD.reaffirmed_at)
       IS DISTINCT FROM (NEW.kind, NEW.covers, NEW.expires_at, NEW.reaffirmed_at) THEN
        {_refuse("lifting changes nothing else")}
    END IF;
    IF NEW.lifted_at < OLD.recorded_at THEN
        {_refuse("it can not be lifted before it was recorded")}
    END IF;
    IF NEW.lift_route IN ('contact_opt_in', 'preference_page') THEN
        SELECT m.* INTO proof FROM consent_inboundmessage m WHERE m.id = NEW.lift_message_id;
        IF NOT FOUND OR NOT proof.opts_in OR proof.occurred_at <= OLD.reaffirmed_at THEN
            {_refuse("no later opt-in of the contact stands behind the lift")}
        END IF;
        IF NEW.lift_route = 'contact_opt_in' AND proof.channel <> OLD.channel THEN
            {_refuse("the opt-in came on another channel")}
        END IF;
        IF proof.address_id IS DISTINCT FROM OLD.address_id AND NOT EXISTS (
            SELECT 1 FROM contacts_contactaddress h
            WHERE h.contact_id = OLD.contact_id AND h.address_id = proof.address_id
        ) THEN
            {_refuse("the opt-in came from somebody else")}
        END IF;
        IF OLD.reason = 'provider_opt_out' AND NOT ({REACHES_THE_PROVIDER}) THEN
            {_refuse("only START or UNSTOP ends what the provider blocks")}
        END IF;
        IF OLD.reason = 'hostile' AND proof.message_class <> 'opt_in' THEN
            {_refuse("whatever a hostile contact wrote last is no opt-in")}
        END IF;
    ELSIF NEW.lift_route = 'approved_evidence' THEN
        SELECT e.* INTO proof FROM consent_evidence e WHERE e.id = NEW.evidence_id;
        IF NOT FOUND OR proof.status <> 'approved' THEN
            {_refuse("the evidence is not approved")}
        END IF;
        IF proof.consent_given_at <= OLD.reaffirmed_at THEN
            {_refuse("the consent is older than what it is to lift")}
        END IF;
        IF OLD.channel <> 'all' AND NOT (OLD.channel = ANY (proof.channels)) THEN
            {_refuse("the evidence is for other channels")}
        END IF;
        IF proof.contact_id IS DISTINCT FROM OLD.contact_id AND proof.address_id IS DISTINCT FROM OLD.address_id THEN
            {_refuse("the evidence is about somebody else")}
        END IF;
        IF OLD.reason = 'provider_opt_out' AND proof.provider_reconsent = '' THEN
            {_refuse("the provider itself has no new consent")}
        END IF;
    ELSIF NEW.lift_route IN ('reviewer', 'number_corrected') THEN
        SELECT r.* INTO proof FROM consent_review r WHERE r.id = NEW.lift_review_id;
        IF NOT FOUND OR proof.suppression_id <> OLD.id OR proof.verdict = 'opt_out' THEN
            {_refuse("no review of it says that it was wrong")}
        END IF;
    ELSIF OLD.kind = 'permanent' THEN
        {_refuse("a permanent one is never lifted by this route")}
    END IF;
    RETURN NEW;
"""

ENDS_EVERYWHERE = """
    OLD.lifted_at IS NULL AND NEW.lifted_at IS NOT NULL AND NEW.channel = 'all'
    AND NEW.lift_route = 'approved_evidence'
"""
"""When evidence ends what stands on every channel: looked at again as the transaction ends, see `STANDS_ELSEWHERE`."""

STANDS_ELSEWHERE = f"""
    SELECT e.* INTO proof FROM consent_evidence e WHERE e.id = NEW.evidence_id;
    IF 'all' <> ALL (proof.channels) AND EXISTS (
        SELECT FROM unnest(ARRAY[{", ".join(f"'{channel}'" for channel in CHANNELS)}]) AS elsewhere(channel)
        WHERE elsewhere.channel <> ALL (proof.channels) AND NOT EXISTS (
            SELECT FROM consent_suppression s
            WHERE s.lifted_at IS NULL AND s.reason = NEW.reason AND s.direction = NEW.direction
            AND s.channel IN (elsewhere.channel, 'all')
            AND (s.contact_id = NEW.contact_id OR s.address_id = NEW.address_id)
        )
    ) THEN
        {_refuse("it must go on where the evidence says nothing")}
    END IF;
    RETURN NULL;
"""

HISTORY_COLUMNS = (
    *IDENTITY,
    *_TOLD,
    "kind",
    "covers",
    "reaffirmed_at",
    "expires_at",
    "lifted_at",
    "lift_route",
    "lifted_by",
    "lift_note",
    "lift_event_id",
    "lift_message_id",
    "lift_review_id",
    "evidence_id",
    "attestation",
)


def keep_history() -> list[pgtrigger.Trigger]:
    """Return the triggers that keep the history: one statement for all rows that a statement wrote.

    No way to write passes them by: COPY, bulk statements and plain SQL fire them as the ORM does. Who wrote is looked
    up once for all rows: one person mostly wrote every one.
    """
    return [
        pgtrigger.Trigger(
            name=f"keep_history_of_{operation.name.lower()}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=pgtrigger.Referencing(new="written"),
            func=_KEEP_HISTORY.format(mark=mark),
        )
        for operation, mark in ((pgtrigger.Insert, "+"), (pgtrigger.Update, "~"))
    ]


_KEEP_HISTORY = f"""
    INSERT INTO consent_historicalsuppression
        ({", ".join(HISTORY_COLUMNS)}, history_date, history_type, history_change_reason, history_user_id)
    SELECT {", ".join(f"row.{column}" for column in HISTORY_COLUMNS)}, clock_timestamp(), '{{mark}}',
        CASE WHEN row.lifted_at IS NOT NULL THEN row.lift_note ELSE row.note END, staff.id
    FROM written row
    LEFT JOIN (
        SELECT said.by, found.id
        FROM (SELECT DISTINCT coalesce(nullif(w.lifted_by, ''), w.set_by) AS by FROM written w) said
        JOIN auth_user found ON found.id = substring(said.by FROM '^user:([0-9]{{{{1,18}}}})$')::bigint
    ) staff ON staff.by = coalesce(nullif(row.lifted_by, ''), row.set_by)
    ORDER BY row.id;
    RETURN NULL;
"""
