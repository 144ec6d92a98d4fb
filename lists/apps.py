"""Lists: who is on which list, list opt-outs and blocks."""

from django.apps import AppConfig


class ListsConfig(AppConfig):
    """Hooks lists into consent and contacts."""

    name = "lists"
    verbose_name = "Lists"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from consent.registry import registry as consent
        from contacts.registry import registry as contacts
        from lists import selectors, services

        consent.list_facts = selectors.list_facts
        consent.list_keywords = selectors.list_keywords
        consent.list_names = selectors.list_names
        consent.message_handlers.append(services.opt_out_by_keyword)
        contacts.on_address_joined(services.opt_out_with_address)
        contacts.register_relation(
            "lists.ListMembership",
            "contact",
            merge=services.take_over_memberships,
            erase=services.forget_memberships,
        )
        contacts.register_relation("lists.ListAddressOptOut", "address", erase=services.forget_address_words)
