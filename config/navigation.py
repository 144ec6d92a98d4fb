"""The sidebar, grouped by how people work. Who may not see a screen does not see its entry either."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the sidebar.

    Shape: `model` is "app.Model" for the list of a table, else `url` names a screen of its own. Any of `permissions`
    lets a person see it; a table's own admin decides where there are none.
    """

    title: str
    icon: str
    model: str = ""
    url: str = ""
    permissions: tuple[str, ...] = ()


GROUPS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "Every day",
        (
            Entry("Desk", "space_dashboard", url="index"),
            Entry("Contacts", "group", model="contacts.Contact"),
            Entry("Lists", "list_alt", model="lists.ContactList"),
            Entry("Ask the gate", "help", url="ask_gate", permissions=("consent.view_suppression",)),
            Entry(
                "Bulk actions",
                "checklist",
                url="batches",
                permissions=("consent.set_dnd", "lists.change_listmembership"),
            ),
        ),
    ),
    (
        "To work through",
        (
            Entry("Evidence", "fact_check", model="consent.Evidence"),
            Entry(
                "Opt-out requests",
                "mark_email_unread",
                url="opt_out_requests",
                permissions=("consent.view_optoutrequest",),
            ),
            Entry("Review holds", "pending_actions", url="review_holds", permissions=("consent.view_review",)),
            Entry("Signals", "crisis_alert", url="signals", permissions=("consent.view_review",)),
            Entry("Re-permission", "event_repeat", url="repermission", permissions=("consent.view_consentrecord",)),
            Entry("Contradictions", "contrast", url="contradictions", permissions=("consent.view_suppression",)),
            Entry("Drift", "compare_arrows", model="consent.Drift"),
            Entry("Sender alerts", "outgoing_mail", url="sender_alerts", permissions=("consent.view_delivery",)),
        ),
    ),
    (
        "Records",
        (
            Entry("Register", "do_not_disturb_on", model="consent.Suppression"),
            Entry("Consents", "handshake", model="consent.ConsentRecord"),
            Entry("Decisions", "rule", model="consent.DecisionRecord"),
            Entry("Deliveries", "inbox", model="consent.Delivery"),
            Entry("Ledger", "receipt_long", model="consent.LedgerEntry"),
            Entry("Seals", "verified", model="consent.LedgerSeal"),
        ),
    ),
    (
        "What is read, and how",
        (
            Entry("Rules", "gavel", url="rules", permissions=("consent.view_suppression",)),
            Entry("Words", "dictionary", url="words", permissions=("consent.view_wordlistversion",)),
            Entry("Try a message", "chat_bubble", url="try_message", permissions=("consent.view_suppression",)),
            Entry("Delivery codes", "sms_failed", model="consent.ProviderCode"),
        ),
    ),
    (
        "Set up",
        (
            Entry("Business profile", "storefront", model="consent.BusinessProfile"),
            Entry("Channels", "cell_tower", model="consent.ChannelState"),
            Entry("Consent texts", "contract", url="consent_texts", permissions=("consent.view_consenttext",)),
            Entry("API keys", "key", model="config.ApiKey"),
            Entry("Webhooks", "webhook", model="config.WebhookEndpoint"),
            Entry("People", "badge", model="auth.User"),
            Entry("Roles", "shield_person", model="auth.Group"),
        ),
    ),
)


def entries(site: AdminSite, request: HttpRequest) -> Iterator[tuple[str, Entry, str]]:
    """Yield the group, the entry and its address for everything that this person may see."""
    for group, group_entries in GROUPS:
        for entry in group_entries:
            if may_see(site, request, entry):
                yield group, entry, address(site, entry)


def sidebar(site: AdminSite, request: HttpRequest) -> list[dict[str, Any]]:
    """Return the groups as unfold's sidebar template takes them."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for group, entry, link in entries(site, request):
        groups.setdefault(group, []).append(
            {
                "title": entry.title,
                "icon": entry.icon,
                "link": link,
                "active": _is_active(request, link, is_index=entry.url == "index"),
                "has_permission": True,
            }
        )
    return [{"title": title, "items": items} for title, items in groups.items()]


def address(site: AdminSite, entry: Entry) -> str:
    """Return where the entry leads."""
    if not entry.model:
        return reverse(f"{site.name}:{entry.url}")
    return reverse(f"{site.name}:{entry.model.lower().replace('.', '_')}_changelist")


def may_see(site: AdminSite, request: HttpRequest, entry: Entry) -> bool:
    """Return whether this person may open what the entry leads to."""
    if entry.model:
        model_admin = site._registry.get(apps.get_model(entry.model))
        return model_admin is not None and model_admin.has_view_or_change_permission(request)
    if not entry.permissions:
        return True
    return any(request.user.has_perm(permission) for permission in entry.permissions)


def _is_active(request: HttpRequest, link: str, *, is_index: bool) -> bool:
    return request.path == link if is_index else request.path.startswith(link)
