"""Tables of consent. Only `consent.services` writes them; the database refuses what must never be."""

from consent.models.app_event import AppEvent
from consent.models.codes import ProviderCode
from consent.models.consents import ConsentRecord, ConsentText
from consent.models.decision import DecisionRecord
from consent.models.door_secret import DoorSecret
from consent.models.drift import Drift, DriftRun
from consent.models.email_event import EmailEvent
from consent.models.evidence import Evidence
from consent.models.inbox import Delivery, DoorCounter, InboundMessage
from consent.models.ledger import LedgerEntry
from consent.models.opt_out_request import OptOutRequest
from consent.models.profile import BusinessProfile, ChannelState
from consent.models.questions import OptInQuestion
from consent.models.reach import Reach, SharedAddress
from consent.models.reconsent import ProviderReconsent
from consent.models.review import Review
from consent.models.seal import LedgerSeal, LedgerVerification
from consent.models.suppression import Suppression
from consent.models.voice import InboundCall
from consent.models.words import WordListVersion

__all__ = [
    "AppEvent",
    "BusinessProfile",
    "ChannelState",
    "ConsentRecord",
    "ConsentText",
    "DecisionRecord",
    "Delivery",
    "DoorCounter",
    "DoorSecret",
    "Drift",
    "DriftRun",
    "EmailEvent",
    "Evidence",
    "InboundCall",
    "InboundMessage",
    "LedgerEntry",
    "LedgerSeal",
    "LedgerVerification",
    "OptInQuestion",
    "OptOutRequest",
    "ProviderCode",
    "ProviderReconsent",
    "Reach",
    "Review",
    "SharedAddress",
    "Suppression",
    "WordListVersion",
]
