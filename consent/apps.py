"""Consent: whether a person may be reached here, now, for this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

if TYPE_CHECKING:
    from django.http import HttpRequest

    from contacts.models import Contact


class ConsentConfig(AppConfig):
    """Hooks consent into contacts."""

    name = "consent"
    verbose_name = "Consent"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from consent.providers.email import READERS
        from consent.selectors.business import default_region
        from consent.services import email, erasing, merging, meta, twilio, voice
        from consent.services.inbox import register_reader
        from consent.services.joining import silence_new_holder
        from contacts.registry import ContactPanel, registry

        post_migrate.connect(_set_ledger_clock_on, sender=self)
        registry.on_address_joined(silence_new_holder)
        registry.add_panel(ContactPanel("consent", "Consent on file", 20, _consent_panel))
        registry.default_region = default_region
        registry.register_relation("consent.Drift", "address")
        registry.on_erasing(erasing.silence_for_good)
        registry.on_erasing(erasing.forget_messages)
        registry.register_relation(
            "consent.Suppression", "contact", merge=merging.take_over_suppressions, erase=erasing.forget_words
        )
        registry.register_relation(
            "consent.Evidence", "contact", merge=merging.close_evidence, erase=erasing.forget_evidence
        )
        registry.register_relation(
            "consent.ConsentRecord", "contact", merge=merging.keep_consents, erase=erasing.forget_consents
        )
        registry.register_relation(
            "consent.OptOutRequest", "contact", merge=merging.move_requests, erase=erasing.forget_requests
        )
        registry.register_relation("consent.Reach", "contact")  # its own triggers keep it
        # Those by address are seen to with the rest of their kind, and addresses keep theirs through a merge.
        for label in (
            "Suppression",
            "Evidence",
            "ConsentRecord",
            "InboundMessage",
            "EmailEvent",
            "InboundCall",
            "OptInQuestion",
        ):
            registry.register_relation(f"consent.{label}", "address")
        for esp in READERS:
            register_reader(f"{email.DOOR_PREFIX}{esp}", email.read_email)
        register_reader("meta", meta.read_batch)
        register_reader("twilio.inbound", twilio.read_inbound)
        register_reader("twilio.status", twilio.read_status)
        register_reader("twilio.voice", voice.read_call)


def _set_ledger_clock_on(**_: Any) -> None:
    """Let the ledger's order go on where it stood, in a database that was restored from a dump."""
    from consent.services import ledger_clock

    ledger_clock.set_on()


def _consent_panel(request: HttpRequest, contact: Contact) -> str:
    """Render the tab. The staff site's modules can't be imported before every app is ready."""
    from consent.admin.consent_panel import render

    return render(request, contact)
