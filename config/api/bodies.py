"""Reading what integrations send: JSON without ambiguity, and shapes without unknown fields."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn

from django.utils.dateparse import parse_datetime
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


class JsonParser(BaseParser):
    """JSON as RFC 8259 has it. A name that comes twice, NaN, or half a character is an error."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        raw = stream.read()
        try:
            read = json.loads(raw.decode("utf-8"), object_pairs_hook=_members, parse_constant=_no_constant)
            if b"\\u" in raw:
                json.dumps(read, ensure_ascii=False).encode()
        except UnicodeError as wrong:
            raise ParseError("The body is not UTF-8, or holds half a character.") from wrong
        except RecursionError as wrong:
            raise ParseError("The body is nested too deeply.") from wrong
        except ValueError as wrong:
            raise ParseError(f"The body is not JSON: {wrong}.") from wrong
        return read


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name comes twice in one object")
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


class Text(serializers.CharField):
    """A string; nothing else is made one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"allow_blank": True, "max_length": 2000, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("Send a string.", code="not_a_string")
        return str(super().to_internal_value(data))


class Flag(serializers.BooleanField):
    """true or false; no word or number for them."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError("Send true or false.", code="not_a_boolean")
        return data


class Choice(serializers.ChoiceField):
    """One of the values named; a refusal names them."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        super().__init__(choices, **kwargs)
        self.error_messages["invalid_choice"] = one_of(self.choices)


def one_of(known: Iterable[str]) -> str:
    """Return what to do about a value that is not among those known."""
    return f"Send one of {', '.join(known)}."


class Moment(serializers.DateTimeField):
    """A time with its offset, such as 2026-10-02T14:11:09Z."""

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str):
            raise serializers.ValidationError("Send a time as a string, or null.", code="not_a_time")
        return read_moment(value)


def read_moment(text: str) -> datetime:
    """Return a time in UTC. Raises: serializers.ValidationError."""
    try:
        moment = parse_datetime(text)
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    message = "Send a time with its offset, such as 2026-10-02T14:11:09Z."
    raise serializers.ValidationError(message, code="not_a_time")


class Body(serializers.Serializer[Any]):
    """A shape that takes the fields it names and refuses all others."""

    default_error_messages = {"invalid": "Send a JSON object."}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            known = {name for name, each in self.fields.items() if not each.read_only}
            unknown = {
                str(name): [serializers.ErrorDetail(_unknown(self, str(name), known), code="unknown_field")]
                for name in data
                if name not in known
            }
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)


def _unknown(body: Body, name: str, known: Sequence[str] | set[str]) -> str:
    if name in body.fields:
        return "This can be read and not written. Leave it out."
    return f"There is no such field. Known are: {', '.join(sorted(known))}."


def read(body: type[serializers.BaseSerializer[Any]], data: Any, *, partial: bool = False) -> dict[str, Any]:
    """Return the checked values of a body. Raises: serializers.ValidationError, which is answered 422."""
    reader = body(data=data, partial=partial)
    reader.is_valid(raise_exception=True)
    values: dict[str, Any] = reader.validated_data
    return values
