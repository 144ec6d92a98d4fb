"""The law: what silences whom, and what may end it.

`table.RULES` holds a row per rule, `deciding.decide` turns one event into the change that its rows
ask for, `routes` answers what may lift a given suppression. Pure: no Django, no I/O, no clock.
"""

from consent.rules.deciding import decide, weighs
from consent.rules.routes import LIFT_ROUTES, lift_routes, rule_of
from consent.rules.rows import Lifting, Rule, Scope, Setting, Target
from consent.rules.setting import as_known
from consent.rules.table import RULES

__all__ = [
    "LIFT_ROUTES",
    "RULES",
    "Lifting",
    "Rule",
    "Scope",
    "Setting",
    "Target",
    "as_known",
    "decide",
    "lift_routes",
    "rule_of",
    "weighs",
]
