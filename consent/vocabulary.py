"""The words of consent: one word for one thing, from column to button.

Values are stored in columns, ledger rows and API answers: changing one needs a migration, and a
ledger value is never reused. A label is what staff read.
"""

from __future__ import annotations

from contacts.vocabulary import AddressKind, Word


class Channel(Word):
    """A road to a person. `ALL` is only ever the scope of a suppression, never of a message."""

    SMS = "sms", "SMS"
    CALL = "call", "Calls & Voicemail"
    EMAIL = "email", "E-mail"
    WHATSAPP = "whatsapp", "WhatsApp"
    FACEBOOK = "facebook", "Messenger"
    GMB = "gmb", "Google Business Messages"
    ALL = "all", "All channels"


CHANNELS: tuple[Channel, ...] = tuple(channel for channel in Channel if channel is not Channel.ALL)
ADDRESS_KIND_OF: dict[Channel, AddressKind] = {
    Channel.SMS: AddressKind.PHONE,
    Channel.CALL: AddressKind.PHONE,
    Channel.EMAIL: AddressKind.EMAIL,
    Channel.WHATSAPP: AddressKind.PHONE,
    Channel.FACEBOOK: AddressKind.MESSENGER,
    Channel.GMB: AddressKind.GMB,
}
"""Which kind of address a message on a channel goes to."""
RETIRED_CHANNELS = frozenset({Channel.GMB})  # Google ended Business Messages on 2024-07-31


class Direction(Word):
    OUTBOUND = "outbound", "To the contact"
    INBOUND = "inbound", "From the contact"


class Kind(Word):
    """Whether staff may lift a suppression from the contact record."""

    TEMPORARY = "temporary", "Temporary"
    PERMANENT = "permanent", "Permanent"


class Covers(Word):
    """Which messages a suppression refuses."""

    EVERYTHING = "everything", "Every message"
    NON_TRANSACTIONAL = "non_transactional", "All but transactional messages"


class Purpose(Word):
    MARKETING = "marketing", "Marketing"
    CONVERSATIONAL = "conversational", "Conversation"
    TRANSACTIONAL = "transactional", "Transactional"


class Reason(Word):
    """Why nobody may be contacted: the identity of a suppression beside who and where."""

    OPT_OUT = "opt_out", "Opted out"
    REVIEW_HOLD = "review_hold", "Held for review"
    PROVIDER_OPT_OUT = "provider_opt_out", "Opted out at the provider"
    CARRIER_BLOCK = "carrier_block", "Blocked by the carrier"
    UNREACHABLE = "unreachable", "Handset unreachable"
    UNKNOWN_NUMBER = "unknown_number", "Unknown number"
    LANDLINE = "landline", "Landline"
    BOUNCE = "bounce", "E-mail bounces"
    UNSUBSCRIBE = "unsubscribe", "Unsubscribed"
    SPAM_COMPLAINT = "spam_complaint", "Reported as spam"
    MANUAL = "manual", "Switched on by staff"
    DO_NOT_CONTACT = "do_not_contact", "Do Not Contact"
    WRONG_NUMBER = "wrong_number", "Wrong number"
    DECEASED = "deceased", "Deceased"
    HOSTILE = "hostile", "Hostile message"
    BLOCKED = "blocked", "Blocked"
    OBJECTION = "objection", "Objected to marketing"
    IMPORTED = "imported", "Imported suppression"


class LiftRoute(Word):
    """The ways a suppression can end. Which are open depends on reason and kind: see rules.py."""

    CONTACT_OPT_IN = "contact_opt_in", "The contact opted in on that channel"
    APPROVED_EVIDENCE = "approved_evidence", "Opt-in evidence approved by a second person"
    PREFERENCE_PAGE = "preference_page", "The contact came back on the preference page"
    STAFF = "staff", "Staff, from the contact record"
    REVIEWER = "reviewer", "A reviewer judged that it was no opt-out"
    CONFIRMED = "confirmed", "The hold became an opt-out"
    NUMBER_CORRECTED = "number_corrected", "Support corrected the number"
    EXPIRY = "expiry", "It ran out"


class Source(Word):
    """On whose word something entered the ledger."""

    CONTACT = "contact", "The contact"
    PROVIDER = "provider", "Provider"
    STAFF = "staff", "Staff"
    API = "api", "Integration"
    IMPORT = "import", "Import"
    WORKFLOW = "workflow", "Workflow"
    SYSTEM = "system", "Consent Desk"


class EventKind(Word):
    """What can happen to somebody's consent. Every member has a row in rules.RULES."""

    # What a person, or a provider on their behalf, tells us
    TEXT_OPT_OUT = "text_opt_out", "Asked to stop by message"
    TEXT_AMBIGUOUS = "text_ambiguous", "Wrote something that may be an opt-out"
    TEXT_OPT_IN = "text_opt_in", "Opted in by message"
    TEXT_OPT_IN_WORD = "text_opt_in_word", "Opted in by a word the provider does not act on"
    TEXT_ANY = "text_any", "Wrote again, which this business reads as opting in"
    TEXT_HELP = "text_help", "Asked for help"
    TEXT_SOFT = "text_soft", "Showed no interest"
    TEXT_LIST_KEYWORD = "text_list_keyword", "Sent a list's keyword"
    TEXT_OTHER = "text_other", "Wrote a message"
    TEXT_WRONG_NUMBER = "text_wrong_number", "Said that this is the wrong number"
    TEXT_DECEASED = "text_deceased", "Said that the person has died"
    TEXT_HOSTILE = "text_hostile", "Wrote a hostile message"
    MESSAGE_REFUSED = "message_refused", "Message refused on its way in"
    CALL_RECEIVED = "call_received", "Called us"
    PROVIDER_OPT_OUT = "provider_opt_out", "Opted out at the provider"
    CARRIER_BLOCK = "carrier_block", "Carrier blocked the message"
    HANDSET_UNREACHABLE = "handset_unreachable", "Handset unreachable"
    NUMBER_UNKNOWN = "number_unknown", "Number unknown to the carrier"
    NUMBER_LANDLINE = "number_landline", "Number is a landline"
    STATUS_OTHER = "status_other", "Delivery status"
    EMAIL_BOUNCE = "email_bounce", "E-mail bounced"
    EMAIL_SOFT_BOUNCE = "email_soft_bounce", "E-mail bounced softly"
    EMAIL_BOUNCES_PERSIST = "email_bounces_persist", "E-mail keeps bouncing"
    EMAIL_FAILURE_OTHER = "email_failure_other", "E-mail failed for another reason"
    EMAIL_UNSUBSCRIBE = "email_unsubscribe", "Unsubscribed"
    EMAIL_COMPLAINT = "email_complaint", "Reported the e-mail as spam"
    EMAIL_DELIVERED = "email_delivered", "E-mail delivered"
    APP_OPT_OUT = "app_opt_out", "Opted out in the app"
    MARKETING_STOP = "marketing_stop", "Stopped marketing messages in the app"
    MARKETING_RESUME = "marketing_resume", "Resumed marketing messages in the app"
    PREFERENCE_NEVER = "preference_never", "Chose never to be contacted again"
    PREFERENCE_RETURN = "preference_return", "Came back on the preference page"
    OBJECTION = "objection", "Objected to marketing"

    # What staff, integrations and files do
    STAFF_OPT_OUT = "staff_opt_out", "Opt-out recorded by staff"
    DND_ON = "dnd_on", "DND switched on"
    API_DND_ON = "api_dnd_on", "DND set by an integration or workflow"
    DO_NOT_CONTACT_ON = "do_not_contact_on", "Do Not Contact switched on"
    BLOCK = "block", "Contact blocked"
    UNBLOCK = "unblock", "Contact unblocked"
    INBOUND_DND_ON = "inbound_dnd_on", "Inbound DND switched on"
    IMPORT_SUPPRESSION = "import_suppression", "Suppression imported"
    STAFF_LIFT = "staff_lift", "DND cleared by staff"
    CHANGE_UNDONE = "change_undone", "Change undone by staff"
    OPT_IN_ASKED = "opt_in_asked", "Asked whether to opt in"
    EVIDENCE_FILED = "evidence_filed", "Opt-in evidence filed"
    EVIDENCE_REJECTED = "evidence_rejected", "Opt-in evidence rejected"
    EVIDENCE_EXPIRED = "evidence_expired", "Opt-in evidence expired unreviewed"
    EVIDENCE_APPROVED = "evidence_approved", "Opt-in evidence approved"
    HOLD_DISMISSED = "hold_dismissed", "Reviewer: not an opt-out"
    HOLD_CONFIRMED = "hold_confirmed", "Held message became an opt-out"
    FALSE_POSITIVE = "false_positive", "Reviewer: signal was wrong"
    NUMBER_CORRECTED = "number_corrected", "Number corrected by support"
    ADDRESS_JOINED = "address_joined", "Address added to a contact"
    CONSENT_RECORDED = "consent_recorded", "Consent recorded"
    OPT_OUT_REQUESTED = "opt_out_requested", "Opt-out request received"
    OPT_OUT_REQUEST_CLOSED = "opt_out_request_closed", "Opt-out request closed without an opt-out"
    PROVIDER_RECONSENT = "provider_reconsent", "Told the provider of the new consent"
    COMPLAINT_PACK = "complaint_pack", "Complaint pack made"

    # What happens to the contact as a whole
    MERGED = "merged", "Merged with another contact"
    DATA_EXPORTED = "data_exported", "Personal data exported"
    DATA_ERASED = "data_erased", "Personal data erased"

    # What happens to a list membership: recorded here, ruled by the lists app
    LIST_ADDED = "list_added", "Added to a list"
    LIST_REMOVED = "list_removed", "Removed from a list"
    LIST_OPTED_OUT = "list_opted_out", "Opted out of a list"
    LIST_BLOCKED = "list_blocked", "Blocked on a list"
    LIST_UNBLOCKED = "list_unblocked", "Unblocked on a list"
    LIST_BROUGHT_BACK = "list_brought_back", "Brought back to a list"

    # What time does
    EXPIRED = "expired", "DND ran out"


class Effect(Word):
    """What an event did to one suppression, or why it did nothing."""

    SET = "set", "silenced"
    STRENGTHENED = "strengthened", "made stronger"
    LIFTED = "lifted", "lifted"
    UNCHANGED = "unchanged", "already so"
    KEPT = "kept", "stays"
    NOTHING = "nothing", "no effect"
    SUPERSEDED = "superseded", "older than a newer act"
    REFUSED = "refused", "refused"


class MessageClass(Word):
    """How a text message was read."""

    OPT_OUT = "opt_out", "Opt-out"
    OPT_IN = "opt_in", "Opt-in"
    HELP = "help", "Help"
    LIST_KEYWORD = "list_keyword", "List keyword"
    REVIEW_HOLD = "review_hold", "Held for review"
    SOFT = "soft", "Soft disinterest"
    NONE = "none", "Ordinary message"


class Signal(Word):
    """A fact about the person or number that a message gives away."""

    WRONG_NUMBER = "wrong_number", "Wrong number"
    DECEASED = "deceased", "Deceased"
    HOSTILE = "hostile", "Hostile"


class Disposition(Word):
    """How a campaign's lead is closed by soft disinterest (R30)."""

    NOT_INTERESTED = "not_interested", "Not interested"
    ALREADY_CUSTOMER = "already_customer", "Already a customer"
    ALREADY_SPOKE = "already_spoke", "Already spoke to someone"
    CHOSE_OTHER = "chose_other", "Chose another option"
    NOT_REQUESTED = "not_requested", "Did not request information"
    FUTURE_INTEREST = "future_interest", "Interested in the future"
    LOCATION = "location", "Location issue"
    UNQUALIFIED = "unqualified", "Unqualified"


class DndStatus(Word):
    """Suppression seen over every connected channel."""

    ON = "on", "On"
    PARTIAL = "partial", "Partial"
    OFF = "off", "Off"
