"""Consent: whether a person may be reached here, now, for this."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """Hooks consent into contacts."""

    name = "consent"
    verbose_name = "Consent"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from consent.providers.email import READERS
        from consent.services import email, meta, twilio, voice
        from consent.services.inbox import register_reader
        from consent.services.joining import silence_new_holder
        from contacts.registry import registry

        registry.on_address_joined(silence_new_holder)
        for esp in READERS:
            register_reader(f"{email.DOOR_PREFIX}{esp}", email.read_email)
        register_reader("meta", meta.read_batch)
        register_reader("twilio.inbound", twilio.read_inbound)
        register_reader("twilio.status", twilio.read_status)
        register_reader("twilio.voice", voice.read_call)
