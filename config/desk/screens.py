"""Every screen of the staff site that stands for no table."""

from __future__ import annotations

from config.desk import ask, contradictions, figures
from consent.admin.screens import SCREENS as CONSENT_SCREENS
from consent.admin.screens import Screen

SCREENS = (
    *CONSENT_SCREENS,
    Screen("ask-the-gate/", "ask_gate", ask.view),
    Screen("contradictions/", "contradictions", contradictions.view),
    Screen("desk/figures/", "desk_figures", figures.view),
)
