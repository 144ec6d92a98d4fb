"""What the OpenAPI document says before its operations: the first hour of whoever has nothing but its page."""

INTRODUCTION = """\
Ask who may be contacted before you send, push opt-outs the moment you learn of them, and follow what changes.

## The first hour

1. **A key.** Compliance makes it in the staff site under [API keys](/admin/config/apikey/), an operator with
   `manage.py create_api_key Shop --scopes all`. It is shown once. Send it with every request as
   `Authorization: Bearer <key>`. On this page, give it under **Authorize**, or log in to the staff site, and choose
   **Try it out** at any operation.
2. **A contact.** `POST /api/v1/contacts/?upsert=address` with
   `{"first_name": "Ada", "addresses": [{"kind": "phone", "value": "+1 503 555 0142"}]}`. The answer holds its `id`.
3. **DND.** `PUT …/{contact_id}/dnd/sms/` with `{"dnd": true, "note": "On holiday"}` sets a temporary
   one, `{"dnd": false}` clears it. With `"contact_asked": true` it is the contact's own opt-out, which is permanent:
   clearing it is refused with 409 `permanent_dnd`. `reasons` tells what stands there and, as `lifted_by`, what ends
   it: the contact's own opt-in, or evidence under `evidence/` that a second person approved. Nothing has changed, and
   the try is in the ledger.
4. **Decisions.** `POST /api/v1/decisions/` for up to 10,000 contacts and addresses before each send. Send where
   `allowed` is true, and to nobody else; an error is never a yes.
5. **Webhooks.** `POST /api/v1/webhook-endpoints/` with an `https://` address of yours, and keep the `secret` of the
   answer: it is told this once. To try it with a receiver on the machine of the Desk, start the Desk with
   `WEBHOOKS_TO_LOOPBACK=true make run`, and give it an `http://localhost:…`. `POST …/test/` sends you a test, and like
   every message it goes out within 15 seconds; `…/notices/` tells what became of it. What a message holds is at the end
   of this page, under **Webhooks**. Verify its signature over the raw body before anything reads it, with a library of
   [Standard Webhooks](https://www.standardwebhooks.com/), or like this, the names of headers in lower case:

```python
import base64, hashlib, hmac, time

def is_ours(raw: bytes, headers: dict[str, str], secret: str) -> bool:
    key, sent = base64.b64decode(secret.removeprefix("whsec_")), headers["webhook-timestamp"]
    told = f"{headers['webhook-id']}.{sent}.".encode() + raw
    right = "v1," + base64.b64encode(hmac.digest(key, told, hashlib.sha256)).decode()
    is_new = abs(time.time() - int(sent)) < 300
    # After a rotation there are two signatures, with a space between.
    return is_new and any(hmac.compare_digest(right, each) for each in headers["webhook-signature"].split())
```

## What all operations share

Every “no” is `application/problem+json` with a stable `code`, the way out in `detail`, and what is wrong in `errors`.
Every write takes an `Idempotency-Key`, so that it can be sent again without being done again.
What came before is told again with `Idempotent-Replayed: true`.
Answers about a contact and its DND carry an `ETag`: sent back as `If-Match`, it lets a change through only if nobody
was faster (412).
Times are UTC as ISO 8601. Lists are paged: follow `next` until it is null. The ledger under `events/` alone has no end:
stop where `is_last` is true, and come back with its `cursor` as `after`.
"""
