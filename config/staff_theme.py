"""How the staff site looks: unfold's settings. Navigation lives with the site itself (config/site.py)."""

UNFOLD = {
    "SITE_TITLE": "Consent Desk",
    "SITE_HEADER": "Consent Desk",
    "SITE_SYMBOL": "do_not_disturb_on",
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "6px",
    "STYLES": ["/static/consent_desk/staff.css"],
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
