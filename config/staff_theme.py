"""How the staff site looks: unfold's settings. What its sidebar holds is in config/navigation.py."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static


def _asset(name: str) -> Callable[[HttpRequest], str]:
    """Return the address of a static file once it is asked for: collected files carry a hash in their names."""
    return lambda request: static(f"consent_desk/{name}")


def environment(request: HttpRequest) -> list[str] | None:
    """Return the badge in the header, so that nobody mistakes a demo for the real thing."""
    return ["Demo", "warning"] if settings.DEBUG else None


UNFOLD = {
    "SITE_TITLE": "Consent Desk",
    "SITE_HEADER": "Consent Desk",
    "SITE_SYMBOL": "do_not_disturb_on",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _asset("favicon.svg")}],
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "ENVIRONMENT": "config.staff_theme.environment",
    "DASHBOARD_CALLBACK": "config.desk.page.context",
    "BORDER_RADIUS": "6px",
    "STYLES": [_asset(f"staff{part}.css") for part in ("", "-layout", "-tables", "-charts")],
    "SCRIPTS": [_asset("staff.js")],
    "SIDEBAR": {"show_search": True, "command_search": True},
    "COLORS": {
        "primary": {
            "50": "239 246 255",
            "100": "219 234 254",
            "200": "191 219 254",
            "300": "147 197 253",
            "400": "96 165 250",
            "500": "37 99 235",
            "600": "29 78 216",
            "700": "30 64 175",
            "800": "30 58 138",
            "900": "23 37 84",
            "950": "15 23 42",
        },
    },
}
