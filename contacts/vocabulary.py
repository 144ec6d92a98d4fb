"""Words of the contacts app. Changing a value needs a migration: values are stored."""

from enum import StrEnum


class AddressKind(StrEnum):
    """What an address is. SMS, calls and WhatsApp all use a phone."""

    PHONE = "phone"
    EMAIL = "email"
    MESSENGER = "messenger"
    GMB = "gmb"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    AddressKind.PHONE: "Phone",
    AddressKind.EMAIL: "E-mail",
    AddressKind.MESSENGER: "Messenger id",
    AddressKind.GMB: "Business Messages id",
}
