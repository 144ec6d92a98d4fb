"""Reading lists: what the gate asks, what screens show, and whom a send would reach."""

from lists.selectors.facts import list_facts, list_keywords, list_names
from lists.selectors.memberships import counts, members, memberships_of
from lists.selectors.recipients import audience, audience_count, audience_export, audience_stream

__all__ = [
    "audience",
    "audience_count",
    "audience_export",
    "audience_stream",
    "counts",
    "list_facts",
    "list_keywords",
    "list_names",
    "members",
    "memberships_of",
]
