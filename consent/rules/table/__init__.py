"""Every rule, a row each. docs/rules.md and the staff site's Rules page are printed from here.

`R` rows silence or record, `L` rows end suppressions, `E` rows are about evidence, consent and requests, `J` rows let
standing ones go on, `M` rows are about list memberships, `P` rows about a person's data. Sources are the law, the
carrier's or provider's documentation, or our own decision (docs/decisions/).
"""

from __future__ import annotations

from consent.rules.rows import Rule
from consent.rules.table.heard import HEARD
from consent.rules.table.lifting import LIFTING
from consent.rules.table.memberships import MEMBERSHIPS
from consent.rules.table.personal_data import PERSONAL_DATA
from consent.rules.table.proofs import PROOFS
from consent.rules.table.recorded import RECORDED
from consent.rules.table.switched import SWITCHED

RULES: tuple[Rule, ...] = HEARD + SWITCHED + RECORDED + LIFTING + PROOFS + MEMBERSHIPS + PERSONAL_DATA

__all__ = ["HEARD", "LIFTING", "MEMBERSHIPS", "PERSONAL_DATA", "PROOFS", "RECORDED", "RULES", "SWITCHED"]
