"""Reading consent: what stands, what the gate needs to know, and what screens show."""

from consent.selectors.channels import business_profile, connected_channels
from consent.selectors.decisions import decide, decide_many
from consent.selectors.standing import (
    active_suppressions,
    addresses_by_channel,
    holder_ids,
    newest_opt_ins,
)

__all__ = [
    "active_suppressions",
    "addresses_by_channel",
    "business_profile",
    "connected_channels",
    "decide",
    "decide_many",
    "holder_ids",
    "newest_opt_ins",
]
