"""Check that Twilio signed a request.

Twilio signs the URL it calls and, for forms, every parameter; a body of any other kind is covered by
its hash in the URL. The signature holds no time: who takes in the request must refuse repeats.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from urllib.parse import parse_qs

_FORM = "application/x-www-form-urlencoded"
_BODY_HASH = "bodySHA256"
_DEFAULT_PORTS = {"https": "443", "http": "80"}
_URL = re.compile(r"(?P<scheme>[^:/?#]+)://(?P<host>[^/?#]*?)(?::(?P<port>[0-9]+))?(?P<rest>[/?#].*)?", re.DOTALL)


def is_valid(
    *,
    url: str,
    params: Sequence[tuple[str, str]] | None,
    body: bytes,
    content_type: str,
    signature: str,
    auth_token: str,
) -> bool:
    """Return whether the signature was made for this request by somebody who holds the token.

    Shape: `url` in full, as configured at Twilio, with its query; `params` the decoded form with blank
    values and repeated names kept, in any order, or None where there is no form.
    Raises: nothing; without a token nothing is valid.
    Source: Twilio, “Validating requests are coming from Twilio”; twilio-python request_validator.py.
    """
    if not auth_token or not signature:
        return False
    is_form = content_type.partition(";")[0].strip().casefold() == _FORM
    if body and (params is None if is_form else not _hash_holds(url, body)):
        return False
    signed = _signed_form(params or ()) if is_form else b""
    given = _encoded(signature)
    # Both are computed and compared whatever the first result: Twilio's back ends differ about the port.
    matches = [hmac.compare_digest(_signature(_encoded(each) + signed, auth_token), given) for each in _spellings(url)]
    return any(matches)


def _signed_form(params: Sequence[tuple[str, str]]) -> bytes:
    """Return names and values in byte order; a name that repeats keeps each different value once."""
    pairs = {(_encoded(name), _encoded(value)) for name, value in params}
    return b"".join(name + value for name, value in sorted(pairs))


def _signature(signed: bytes, auth_token: str) -> bytes:
    return base64.b64encode(hmac.new(_encoded(auth_token), signed, hashlib.sha1).digest())


def _hash_holds(url: str, body: bytes) -> bool:
    query = url.partition("#")[0].partition("?")[2]
    given = parse_qs(query, keep_blank_values=True).get(_BODY_HASH, [""])[0]
    return hmac.compare_digest(_encoded(given.casefold()), hashlib.sha256(body).hexdigest().encode())


def _spellings(url: str) -> tuple[str, ...]:
    """Return the URL without its port and with it."""
    parts = _URL.fullmatch(url)
    if parts is None:
        return (url,)
    scheme, host, rest = parts["scheme"], parts["host"], parts["rest"] or ""
    port = parts["port"] or _DEFAULT_PORTS.get(scheme.casefold())
    return (f"{scheme}://{host}{rest}", f"{scheme}://{host}:{port}{rest}") if port else (url,)


def _encoded(text: str) -> bytes:
    """Return the bytes of the text, also where a parser kept foreign bytes as surrogates."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
