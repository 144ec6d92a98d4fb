"""What several rows of the table share."""

from __future__ import annotations

from consent.vocabulary import Covers, EventKind, Kind, LiftRoute

PERMANENT, TEMPORARY = Kind.PERMANENT, Kind.TEMPORARY
MARKETING_ONLY = Covers.NON_TRANSACTIONAL
OPT_IN_OR_EVIDENCE = frozenset({LiftRoute.CONTACT_OPT_IN, LiftRoute.APPROVED_EVIDENCE})
STAFF = frozenset({LiftRoute.STAFF, LiftRoute.EXPIRY})
FCC = "47 CFR 64.1200(a)(10)"


def on(*kinds: EventKind) -> frozenset[EventKind]:
    """Return the kinds of event that a row answers."""
    return frozenset(kinds)
