"""What every event and every reason that an e-mail provider documents has to mean here.

Each word is written as the provider writes it; tests/consent/published_email.py makes the payload.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.consent.email_tables import ARRIVED, HARD, LEFT, NOTHING, OURS, PASSING, SOFT, SPAM, UNKNOWN


def _each(event: str, reasons: str) -> list[str]:
    return [f"{event}: {reason.strip()}" for reason in reasons.split(",")]


PUBLISHED: Mapping[str, Mapping[str, list[str]]] = {
    "amazon_ses": {
        HARD: [
            *_each("Bounce", "Permanent/General, Permanent/NoEmail, Permanent/Suppressed"),
            *_each("Bounce", "Permanent/OnAccountSuppressionList, Permanent/OfNextYear"),
            "Bounce by notification: Permanent/General",
        ],
        LEFT: ["Bounce: Permanent/UnsubscribedRecipient", *_each("Subscription", "everything, left a topic")],
        SOFT: [
            *_each("Bounce", "Transient/General, Transient/MailboxFull, Transient/OfNextYear"),
            *_each("DeliveryDelay", "General, MailboxFull, RecipientServerError, TransientCommunicationFailure"),
            *_each("DeliveryDelay", "Undetermined, OfNextYear"),
        ],
        PASSING: [
            *_each("Bounce", "Undetermined/Undetermined, Transient/MessageTooLarge, Transient/CustomTimeoutExceeded"),
            "Bounce: OfNextYear/OfNextYear",
        ],
        OURS: [
            *_each("Bounce", "Transient/ContentRejected, Transient/AttachmentRejected"),
            *_each("DeliveryDelay", "InternalFailure, SpamDetected, IPFailure, BYOIPHostNameLookupUnavailable"),
            *_each("DeliveryDelay", "SendingDeferral"),
            "Complaint: auth-failure",
            "Reject",
            "Rendering Failure",
        ],
        SPAM: [
            *_each("Complaint", "abuse, fraud, other, virus, /OnAccountSuppressionList, of-next-year"),
            "Complaint by notification: abuse",
        ],
        ARRIVED: ["Delivery", "Delivery by notification"],
        NOTHING: ["Complaint: not-spam", "Subscription: joined a topic", "Send", "Open", "Click"],
        UNKNOWN: ["OfNextYear"],
    },
    "brevo": {
        HARD: ["hard_bounce", "invalid_email", "blocked", "hardBounce"],
        SOFT: ["soft_bounce", "deferred", "softBounce"],
        SPAM: ["spam", "complaint"],
        LEFT: ["unsubscribed", "unsubscribe"],
        ARRIVED: ["delivered"],
        OURS: ["error"],
        NOTHING: [
            *["request", "sent", "opened", "unique_opened", "proxy_open", "unique_proxy_open", "loaded_by_proxy"],
            *["click", "list_addition", "contact_updated", "contact_deleted", "listAddition", "uniqueOpened"],
        ],
        UNKNOWN: ["of_next_year"],
    },
    "mailersend": {
        HARD: [
            *[f"activity.hard_bounced{form}" for form in ("", " by version 1", " by a string")],
            "activity.suppressed",
        ],
        SOFT: ["activity.soft_bounced", "activity.deferred", "activity.soft_bounced by version 1"],
        SPAM: [f"activity.spam_complaint{form}" for form in ("", " by version 1", " by a string")],
        LEFT: [f"activity.unsubscribed{form}" for form in ("", " by version 1", " by a string")],
        ARRIVED: ["activity.delivered", "activity.delivered by version 1"],
        NOTHING: [
            *["activity.sent", "activity.queued", "activity.opened", "activity.opened_unique", "activity.clicked"],
            *["activity.clicked_unique", "activity.survey_opened", "activity.survey_submitted"],
            *["sender_identity.verified", "maintenance.start", "maintenance.end", "inbound_forward.failed"],
            *["inbound_message.rejected", "email_single.verified", "email_list.verified", "bulk_email.completed"],
            *["recipient.on_hold_added", "recipient.on_hold_removed"],  # held for three days, and told apart
        ],
        UNKNOWN: ["activity.of_next_year"],
    },
    "mailgun": {
        HARD: [
            *_each("failed permanent", "bounce 550 5.1.1, bounce 550 5.7.1, hardfail 550, generic 550 5.1.1"),
            *_each("failed permanent", "generic 498, suppress-bounce 605, of-next-year 605"),
        ],
        LEFT: [
            "unsubscribed",
            *_each("failed permanent", "suppress-unsubscribe 606, hardfail 606, of-next-year 606"),
        ],
        SPAM: ["complained", *_each("failed permanent", "suppress-complaint 607, bounce 607, hardfail 607")],
        SOFT: [
            *_each("failed permanent", "old 602, of-next-year 602"),
            *_each("failed temporary", "bounce 450 4.2.2, generic 452, old 451, hardfail 450, of-next-year 450"),
        ],
        PASSING: ["failed permanent: greylisted 450", "failed temporary: greylisted 450"],
        OURS: [
            *_each("failed permanent", "generic 550 5.7.1, espblock 421, blacklisted 554, of-next-year 550"),
            *_each("failed temporary", "espblock 421, blacklisted 451"),
            "failed of-next-year: bounce 550",
        ],
        ARRIVED: ["delivered"],
        NOTHING: ["accepted", "opened", "clicked", "stored"],
        UNKNOWN: ["rejected", "of-next-year"],
    },
    "mailjet": {
        HARD: [
            *_each("bounce hard", "user unknown, mailbox inactive, quota exceeded, invalid domain, no mail host"),
            *_each("bounce hard", "typofix, connection issue, protocol issue, of next year"),
            *_each("blocked", "user unknown, mailbox inactive, invalid domain, no mail host, typofix, blacklisted"),
        ],
        SOFT: _each("bounce soft", "quota exceeded, connection issue, protocol issue"),
        PASSING: ["bounce soft: greylisted", "blocked: duplicate in campaign"],
        OURS: [
            *_each("bounce soft", "relay/access denied, sender blocked, content blocked, policy issue, system issue"),
            *_each("bounce hard", "relay/access denied, sender blocked, content blocked, policy issue, system issue"),
            *_each("blocked", "preblocked, spam preblocked, bad or empty template, error in template language"),
            *_each("bounce hard", "bad or empty template, error in template language"),
            *["bounce soft: of next year", "blocked: of next year"],
        ],
        SPAM: ["spam", "blocked: spam reporter"],
        LEFT: ["unsub"],
        ARRIVED: ["sent"],
        NOTHING: ["open", "click"],
        UNKNOWN: ["of_next_year"],
    },
    "mailtrap": {
        HARD: ["bounce", *_each("reject", "hard bounced before, recipient in suppression list")],
        SOFT: ["soft bounce", "soft_bounce"],
        SPAM: ["spam", "reject: spam complaint"],
        LEFT: ["unsubscribe", "reject: unsubscribed"],
        ARRIVED: ["delivery"],
        OURS: ["suspension", "reject: of next year"],
        NOTHING: ["open", "click", "inbound.message_received"],
        UNKNOWN: ["of next year"],
    },
    "mandrill": {
        HARD: [
            *_each("hard_bounce", "bad_mailbox, invalid_domain, invalid_user"),
            *_each("reject", "hard-bounce, custom, invalid"),
            *_each("blacklist", "add/hard-bounce, add/custom"),
            "denylist: add/hard-bounce",
        ],
        SOFT: [*_each("soft_bounce", "mailbox_full, general"), "deferral", "reject: soft-bounce"],
        SPAM: ["spam", "reject: spam", "blacklist: add/spam", "denylist: change/spam"],
        LEFT: ["unsub", "reject: unsub", "blacklist: add/unsub", "denylist: add/unsub"],
        ARRIVED: ["delivered"],
        OURS: _each("reject", "invalid-sender, test-mode-limit, unsigned, rule, recipient-limit, of-next-year"),
        NOTHING: [
            *["send", "open", "click", "inbound", "whitelist: add/", "allowlist: add/"],
            *_each("blacklist", "remove/hard-bounce, remove/spam"),
        ],
        UNKNOWN: ["of_next_year"],
    },
    "postal": {
        HARD: ["MessageDeliveryFailed: HardFail", "MessageBounced"],
        SOFT: ["MessageDelayed: SoftFail"],
        OURS: ["MessageHeld: Held"],
        ARRIVED: ["MessageSent: Sent"],
        NOTHING: [
            *["MessageLoaded", "MessageLinkClicked", "DomainDNSError", "SendLimitApproaching", "SendLimitExceeded"],
        ],
        UNKNOWN: ["OfNextYear"],
    },
    "postmark": {
        HARD: [
            *_each("Bounce", "HardBounce, BadEmailAddress, ManuallyDeactivated"),
            "SubscriptionChange: HardBounce",
        ],
        SOFT: _each("Bounce", "SoftBounce, Transient, DnsError, Undeliverable"),
        PASSING: _each("Bounce", "Unknown, Unconfirmed, OpenRelayTest"),
        OURS: [
            *_each("Bounce", "SpamNotification, Blocked, DMARCPolicy, VirusNotification, SMTPApiError"),
            *_each("Bounce", "TemplateRenderingFailed, OfNextYear"),
        ],
        SPAM: ["SpamComplaint", "Bounce: SpamComplaint", "SubscriptionChange: SpamComplaint"],
        LEFT: ["Bounce: Unsubscribe", *_each("SubscriptionChange", "ManualSuppression, OfNextYear, /off")],
        ARRIVED: ["Delivery"],
        NOTHING: [
            *_each("Bounce", "AutoResponder, AddressChange, ChallengeVerification, Subscribe, InboundError"),
            *["SubscriptionChange: ManualSuppression/on again", "Open", "Click", "Inbound"],
        ],
        UNKNOWN: ["OfNextYear"],
    },
    "resend": {
        HARD: [
            *_each("email.bounced", "Permanent/General, Permanent/NoEmail, Permanent/Suppressed"),
            *["email.bounced", "email.suppressed"],
        ],
        SOFT: [*_each("email.bounced", "Transient/General, Transient/MailboxFull"), "email.delivery_delayed"],
        PASSING: _each("email.bounced", "Undetermined/Undetermined, Transient/MessageTooLarge, OfNextYear/General"),
        OURS: [*_each("email.bounced", "Transient/ContentRejected, Transient/AttachmentRejected"), "email.failed"],
        SPAM: ["email.complained"],
        LEFT: ["contact.updated: unsubscribed", "contact.created: unsubscribed"],
        ARRIVED: ["email.delivered"],
        NOTHING: [
            *["email.sent", "email.scheduled", "email.opened", "email.clicked", "email.received"],
            *["contact.created", "contact.updated", "contact.deleted"],
            *["domain.created", "domain.updated", "domain.deleted"],
        ],
        UNKNOWN: ["email.of_next_year"],
    },
    "sendgrid": {
        HARD: [
            *_each("bounce", "bounce/Invalid Address, bounce/Mailbox Unavailable, bounce/Unclassified"),
            *_each("dropped", "Bounced Address, Invalid"),
        ],
        SOFT: ["bounce: expired/Technical Failure", "deferred"],
        OURS: [
            *_each("bounce", "blocked/Reputation, blocked/Content, blocked/Frequency or Volume Too High"),
            *_each("dropped", "Spam Content, Invalid SMTPAPI header, Recipient List over Package Quota"),
            *["dropped: Of next year", "bounce: of_next_year/Unclassified"],
        ],
        SPAM: ["spamreport", "dropped: Spam Reporting Address"],
        LEFT: ["unsubscribe", "group_unsubscribe", "dropped: Unsubscribed Address"],
        ARRIVED: ["delivered"],
        NOTHING: ["processed", "open", "click", "group_resubscribe", "account_status_change"],
        UNKNOWN: ["of_next_year"],
    },
    "sparkpost": {
        HARD: [*_each("bounce", "10, 25, 26, 30"), *_each("out_of_band", "10, 30"), "policy_rejection: 25"],
        SOFT: [*_each("bounce", "20, 21, 22, 24, 40, 70"), "delay: 22", "out_of_band: 22"],
        PASSING: _each("bounce", "1, 23"),
        OURS: [*_each("bounce", "50, 51, 52, 53, 54, 999"), "generation_failure", "generation_rejection"],
        SPAM: ["spam_complaint"],
        LEFT: ["list_unsubscribe", "link_unsubscribe", "bounce: 90"],
        ARRIVED: ["delivery"],
        NOTHING: [
            *_each("bounce", "60, 80, 100"),
            *["injection", "open", "initial_open", "click", "amp_open", "amp_initial_open", "amp_click", "sms_status"],
            *["relay_injection", "relay_rejection", "relay_delivery", "relay_tempfail", "relay_permfail"],
            *["ab_test_completed", "ab_test_cancelled", "ingest_success", "ingest_error"],
        ],
        UNKNOWN: ["of_next_year"],
    },
    "unisender_go": {
        HARD: [
            *_each("hard_bounced", "err_user_unknown, err_user_inactive, err_mailbox_discarded, err_mailbox_full"),
            *_each("hard_bounced", "err_domain_inactive, err_unreachable, err_destination_misconfigured"),
            *_each("hard_bounced", "err_delivery_failed, err_skip_letter, err_of_next_year"),
        ],
        SOFT: _each("soft_bounced", "err_will_retry, err_mailbox_full, err_unreachable, err_of_next_year"),
        OURS: [
            *_each("hard_bounced", "err_spam_rejected, err_blacklisted, err_too_large, err_spam_skipped, err_lost"),
            *_each("soft_bounced", "err_spam_folder, err_blacklisted"),
        ],
        SPAM: ["spam"],
        LEFT: ["unsubscribed", "hard_bounced: err_unsubscribed", "soft_bounced: err_unsubscribed"],
        ARRIVED: ["delivered"],
        NOTHING: ["sent", "opened", "clicked", "subscribed"],
        UNKNOWN: ["of_next_year"],
    },
}


def rows(esp: str) -> Iterator[tuple[str, str]]:
    """Yield (what is told, what it means) for everything that a provider documents."""
    for meaning, told in PUBLISHED[esp].items():
        for each in told:
            yield each, meaning
