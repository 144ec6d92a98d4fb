"""Payloads as each e-mail provider publishes them, made event by event from its reference.

`told` names an event and, after a colon, its reason: "bounce: HardBounce". The samples of tests/samples hold whole
requests; here every documented word has its turn. Sources: the references named at the top of each module of
consent/providers/email/, and the payloads that django-anymail accepts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

AT = 1_795_170_600
"""When every event happened: 2026-11-20, 10:30 UTC."""
ISO = "2026-11-20T10:30:00.000Z"

Payload = Any
Builder = Callable[[str, str, str], Payload]
"""(event, its reason or "", address) → one event, as it travels alone."""


def words(written: str) -> list[str]:
    """Return the words of a text, one by one."""
    return written.split()


def payload(esp: str, told: str, address: str) -> Payload:
    """Return what a provider sends when it tells this of an address."""
    event, _, reason = (part.strip() for part in told.partition(":"))
    return BUILDERS[esp](event, reason, address)


def _mailgun(event: str, reason: str, address: str) -> Payload:
    kind, _, severity = event.partition(" ")
    made: dict[str, Any] = {
        "event": kind,
        "id": f"{event} {reason}",
        "timestamp": AT + 0.25,
        "log-level": "info",
        "recipient": address,
        "recipient-domain": address.partition("@")[2],
        "tags": ["recall"],
        "campaigns": [],
        "user-variables": {},
        "flags": {"is-routed": False, "is-authenticated": True, "is-system-test": False, "is-test-mode": False},
        "message": {"headers": {"to": "all@example.org", "message-id": "1@mg.example.com"}, "size": 512},
    }
    if severity:
        words = reason.split()
        status = {"message": "said no", "attempt-no": 1, "code": int(words[1]) if len(words) > 1 else 550}
        if len(words) > 2:
            status["enhanced-code"] = words[2]
        made |= {"severity": severity, "reason": words[0], "delivery-status": status}
    return made


def _amazon_ses(event: str, reason: str, address: str) -> Payload:
    """ "told by notification" is the older of SES's two forms, with the same contents under another name."""
    kind, _, form = event.partition(" by ")
    people = [{"emailAddress": address}]
    first, _, second = reason.partition("/")
    parts: dict[str, tuple[str, dict[str, Any]]] = {
        "Bounce": ("bounce", {"bounceType": first, "bounceSubType": second, "bouncedRecipients": people}),
        "Complaint": (
            "complaint",
            {"complaintFeedbackType": first, "complaintSubType": second or None, "complainedRecipients": people},
        ),
        "Delivery": ("delivery", {"recipients": [address], "processingTimeMillis": 900}),
        "DeliveryDelay": ("deliveryDelay", {"delayType": first, "delayedRecipients": people}),
        "Reject": ("reject", {"reason": "Bad content"}),
        "Rendering Failure": ("failure", {"templateName": "recall", "errorMessage": "a name is missing"}),
        "Send": ("send", {}),
        "Open": ("open", {"ipAddress": "203.0.113.9"}),
        "Click": ("click", {"link": "https://example.org/"}),
        "Subscription": ("subscription", _preferences(reason)),
    }
    name, details = parts.get(kind, (kind, {}))
    return {
        "notificationType" if form == "notification" else "eventType": kind,
        name: {"timestamp": ISO, **details},
        "mail": {
            "timestamp": ISO,
            "messageId": f"0100-{told_id(event, reason)}",
            "source": "desk@example.com",
            "destination": [address],
            "tags": {"ses:configuration-set": ["main"]},
        },
    }


def _preferences(wish: str) -> dict[str, Any]:
    def topic(status: str) -> list[dict[str, str]]:
        return [{"topicName": "offers", "subscriptionStatus": status, "subscriptionOldStatus": status}]

    before, after = ("OptOut", "OptIn") if wish == "joined a topic" else ("OptIn", "OptOut")
    return {
        "source": "UnsubscribeHeader",
        "newTopicPreferences": {"unsubscribeAll": wish == "everything", "topicSubscriptionStatus": topic(after)},
        "oldTopicPreferences": {"unsubscribeAll": False, "topicSubscriptionStatus": topic(before)},
    }


def _brevo(event: str, reason: str, address: str) -> Payload:
    return {
        "event": event,
        "email": address,
        "id": 26224,
        "date": "2026-11-20 11:30:00",
        "ts": AT + 3600,
        "ts_event": AT + 3600,
        "ts_epoch": AT * 1000,
        "message-id": f"<{told_id(event, reason)}@smtp-relay.example>",
        "subject": "Your recall",
        "tags": ["recall"],
        "sending_ip": "198.51.100.24",
        "reason": reason,
    }


def _mailersend(event: str, reason: str, address: str) -> Payload:
    """ "by version 1" nests the address, version 2 does not."""
    kind, _, version = event.partition(" by ")
    made: dict[str, Any] = {
        "id": told_id(event, reason),
        "type": kind.removeprefix("activity."),
        "domain_id": "yv69oxl5kl785kw2",
        "message_id": "6892766ae78995a317577aa1",
        "email_id": "6892766a8d52ba62543d5e71",
        "subject": "Your recall",
        "email": address,
        "tags": ["recall"],
        "meta": {"reason": reason} if reason else [],
    }
    if version == "version 1":
        person = {"object": "recipient", "id": "62c69be1", "email": address, "created_at": ISO}
        nested = {"object": "email", "id": "62f114f7", "subject": "Your recall", "recipient": person}
        made |= {"object": "activity", "created_at": ISO, "email": nested, "morph": {"reason": reason}}
    if version == "a string":
        made |= {"email": {"id": "62f114f7"}, "recipient": address}
    return {"type": kind, "created_at": ISO, "data": made}


def _mailjet(event: str, reason: str, address: str) -> Payload:
    kind, _, how = event.partition(" ")
    made: dict[str, Any] = {
        "event": kind,
        "time": AT,
        "MessageID": 19421777835146490,
        "Message_GUID": told_id(event, reason),
        "email": address,
        "mj_campaign_id": 7257,
        "mj_contact_id": 4,
        "customcampaign": "",
        "CustomID": "visit-77",
        "Payload": "",
    }
    if kind in {"bounce", "blocked"}:
        made |= {"error_related_to": "recipient", "error": reason, "comment": "said no"}
    if kind == "bounce":
        made |= {"blocked": False, "hard_bounce": how == "hard"}
    return made


def _mailtrap(event: str, reason: str, address: str) -> Payload:
    made = {
        "event": event,
        "email": address,
        "timestamp": AT,
        "sending_stream": "transactional",
        "category": "recall",
        "custom_variables": {},
        "message_id": "1df37d17-0286-4d8b-8edf-bc4ec5be86e6",
        "event_id": told_id(event, reason),
        "response": "said no",
        "response_code": 550,
        "reason": reason,
    }
    return {"events": [made]}


def _mandrill(event: str, reason: str, address: str) -> Payload:
    serial = told_id(event, reason)
    if event in {"blacklist", "whitelist", "denylist", "allowlist"}:
        action, _, cause = reason.partition("/")
        entry = {"email": address, "reason": cause, "detail": "", "created_at": ISO, "expired": False}
        return [{"type": event, "action": action, "reject": entry, "ts": AT}]
    message: dict[str, Any] = {"_id": serial, "ts": AT - 60, "email": address, "state": "sent", "tags": ["recall"]}
    message |= {"metadata": {}, "subject": "Your recall", "sender": "desk@example.com", "bounce_description": ""}
    if event == "reject":
        message["reject"] = {"reason": reason, "last_event_at": ISO}
    elif reason:
        message["bounce_description"] = reason
    return [{"event": event, "_id": serial, "msg": message, "ts": AT}]


def _postal(event: str, reason: str, address: str) -> Payload:
    message = {"id": 12345, "token": "abcdef123", "direction": "outgoing", "to": address, "from": "desk@example.com"}
    body: dict[str, Any] = {"message": message, "timestamp": AT}
    if event == "MessageBounced":
        body = {"original_message": message, "bounce": {"id": 12347, "from": "postmaster@example.org"}}
    elif event.startswith(("Domain", "SendLimit")):
        body = {"domain": "example.com", "uuid": "820b47a4"}
    else:
        body |= {"status": reason, "details": "told", "output": "said no", "time": 0.2}
    return {"event": event, "timestamp": AT + 0.5, "payload": body, "uuid": told_id(event, reason)}


def _postmark(event: str, reason: str, address: str) -> Payload:
    made: dict[str, Any] = {
        "RecordType": event,
        "MessageStream": "outbound",
        "ServerID": 481,
        "MessageID": told_id(event, reason),
        "Metadata": {},
        "Tag": "recall",
    }
    match event:
        case "Bounce" | "SpamComplaint":
            return made | {"ID": 42, "Type": reason or event, "Email": address, "BouncedAt": ISO, "Inactive": True}
        case "SubscriptionChange":
            why, _, off = reason.partition("/")
            return made | {
                "Recipient": address,
                "ChangedAt": ISO,
                "Origin": "Recipient",
                "SuppressSending": off != "on again",
                "SuppressionReason": why or None,
            }
        case "Delivery":
            return made | {"Recipient": address, "DeliveredAt": ISO, "Details": "250 OK"}
    return made | {"Recipient": address, "ReceivedAt": ISO}


def _resend(event: str, reason: str, address: str) -> Payload:
    data: dict[str, Any] = {"email_id": told_id(event, reason), "created_at": ISO, "from": "desk@example.com"}
    if event.startswith("contact."):
        data = {"id": told_id(event, reason), "audience_id": "78261eea", "email": address}
        data["unsubscribed"] = reason == "unsubscribed"
    elif event.startswith("domain."):
        data = {"id": told_id(event, reason), "name": "example.com"}
    else:
        data |= {"to": [address], "subject": "Your recall", "tags": {"category": "recall"}}
    if event == "email.bounced" and reason:
        kind, _, sub_kind = reason.partition("/")
        data["bounce"] = {"type": kind, "subType": sub_kind, "message": "said no"}
    return {"type": event, "created_at": ISO, "data": data}


def _sendgrid(event: str, reason: str, address: str) -> Payload:
    made: dict[str, Any] = {
        "event": event,
        "email": address,
        "timestamp": AT,
        "smtp-id": "<14c5d75ce93@ismtpd-555>",
        "sg_event_id": told_id(event, reason),
        "sg_message_id": "14c5d75ce93.filter0001",
        "category": ["recall"],
    }
    if event == "bounce":
        kind, _, classed = reason.partition("/")
        made |= {"type": kind, "status": "5.1.1", "reason": "said no", "bounce_classification": classed}
    elif event == "dropped":
        made |= {"reason": reason, "status": "5.0.0"}
    return [made]


def _sparkpost(event: str, reason: str, address: str) -> Payload:
    group = {"spam_complaint": "message_event", "list_unsubscribe": "unsubscribe_event"}.get(event, "message_event")
    made = {
        "type": event,
        "event_id": told_id(event, reason),
        "message_id": "000443ee14578172be22",
        "rcpt_to": address.lower(),
        "raw_rcpt_to": address,
        "rcpt_meta": {},
        "rcpt_tags": ["recall"],
        "timestamp": str(AT),
        "transmission_id": "65832150921904138",
        "raw_reason": "said no",
    }
    return [{"msys": {group: made | ({"bounce_class": reason, "error_code": "550"} if reason else {})}}]


def _unisender_go(event: str, reason: str, address: str) -> Payload:
    made: dict[str, Any] = {
        "job_id": told_id(event, reason),
        "metadata": {},
        "email": address,
        "status": event,
        "event_time": "2026-11-20 10:30:00",
    }
    if reason:
        made["delivery_info"] = {"delivery_status": reason, "destination_response": "said no"}
    told = {"event_name": "transactional_email_status", "event_data": made}
    return {"events_by_user": [{"user_id": 456, "project_id": "6432890213745872", "events": [told]}]}


def told_id(event: str, reason: str) -> str:
    """Return an id of the provider's for this event."""
    return f"{event}-{reason}".replace(" ", "_").replace("/", "_")


BUILDERS: Mapping[str, Builder] = {
    "amazon_ses": _amazon_ses,
    "brevo": _brevo,
    "mailersend": _mailersend,
    "mailgun": _mailgun,
    "mailjet": _mailjet,
    "mailtrap": _mailtrap,
    "mandrill": _mandrill,
    "postal": _postal,
    "postmark": _postmark,
    "resend": _resend,
    "sendgrid": _sendgrid,
    "sparkpost": _sparkpost,
    "unisender_go": _unisender_go,
}
