"""Tamarack Outfitters: who works there, which channels are connected, which lists there are."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from config.roles import Role
from lists.values import ListDraft
from lists.vocabulary import ListPurpose

NAME = "Tamarack Outfitters"
SHOP_ZONE = ZoneInfo("America/Los_Angeles")
PROFILE: dict[str, str] = {
    "name": NAME,
    "time_zone": SHOP_ZONE.key,
    "legal_name": "Tamarack Outfitters LLC",
    "help_text": "Tamarack Outfitters: gear, rentals and fittings. Call +1 503 555 0100. Reply STOP to opt out.",
    "email_footer": "Tamarack Outfitters LLC, 12 Alder Street, Portland, OR 97205",
    "holiday_country": "US",
    "holiday_region": "OR",
}
SENDING_DOMAIN = "mail.tamarack.example"
PASSWORD = "look-around-2026"  # noqa: S105  (printed on the console, for a machine of one's own)


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who may log in. `role` None: a superuser."""

    username: str
    first_name: str
    last_name: str
    role: Role | None
    tour: str = ""


STAFF = (
    StaffMember("agent", "Alex", "Rivera", Role.AGENT, "sets and clears DND, meets the locks"),
    StaffMember("marketing", "Mika", "Laine", Role.MARKETING, "looks after lists"),
    StaffMember("support", "Sam", "Ortega", Role.SUPPORT, "reviews holds and evidence"),
    StaffMember("compliance", "Chris", "Bell", Role.COMPLIANCE, "reads the ledger, keeps the settings"),
    StaffMember("admin", "Ada", "Moss", None, "superuser: every screen, and no key to the locks"),
    StaffMember("nina", "Nina", "Kovacs", Role.AGENT),
    StaffMember("tom", "Tom", "Adeyemi", Role.AGENT),
)
"""`tour` is what the console says of a log-in; those without one are colleagues who own contacts."""

LISTS = (
    ListDraft("newsletter", "Trail Notes", description="The monthly newsletter.", public_description="Once a month."),
    ListDraft(
        "spring-offers",
        "Spring offers",
        description="Offers by text and e-mail, about every eleven days.",
        keyword="nospring",
        keyword_reply="No more spring offers for you. Everything else stays as it is.",
    ),
    ListDraft("trail-days", "Trail Days", description="Our yearly festival: programme and volunteers."),
    ListDraft(
        "appointments",
        "Appointment notices",
        purpose=ListPurpose.NOTICE,
        description="Fittings, bike service, rental pick-up.",
    ),
    ListDraft("no-offers", "No offers, please", description="Whoever was taken off the offers on request."),
)
PAIRED = {"spring-offers": "no-offers"}
"""A list, and the opt-out list that those who are removed may be added to."""

CONSENT_WORDING = "Yes, Tamarack Outfitters may write to me again. I can stop it at any time."

CONSENT_TEXT_NAME = "Offers by text and e-mail"
CONSENT_WORDINGS = {
    "en": CONSENT_WORDING,
    "es": "Sí, quiero recibir ofertas. Puedo darme de baja en cualquier momento.",
}
