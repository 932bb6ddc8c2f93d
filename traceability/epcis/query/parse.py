"""From the parameters of a request to a query; whatever is not understood is refused, never ignored."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Literal

from traceability.epcis.event import canonical
from traceability.epcis.query.fields import number_text
from traceability.epcis.query.names import ANY_SERIAL, pattern
from traceability.epcis.query.parameters import FIXED, ORDERING, Kind, Parameter, parameter, undeclared_prefix
from traceability.epcis.query.query import Condition, Order, Query, Value
from traceability.epcis.values import read_time
from traceability.epcis.vocabulary import BIZ_STEPS, DISPOSITIONS, EVENT_TYPES, sensor_terms
from traceability.epcis.words import expand, word
from traceability.errors import BadQuery, InvalidInput

LARGEST_COUNT = 1_000_000
MOST_VALUES = 200
"""Of all parameters together."""

_WORDS: Mapping[Kind, frozenset[str]] = {
    "event type": EVENT_TYPES,
    "action": frozenset({"ADD", "OBSERVE", "DELETE"}),
    "bizStep": frozenset(BIZ_STEPS),
    "disposition": frozenset(DISPOSITIONS),
    "error reason": frozenset({"did_not_occur", "incorrect_data"}),
    "measurement type": frozenset(sensor_terms("")),
}
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.+", re.DOTALL)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


def parse_query(pairs: Sequence[tuple[str, str]], prefixes: Mapping[str, str]) -> Query:
    """Read names and decoded values (EPCIS 2.0, 8.2.7.1); a list is divided by "|".

    `prefixes` are those that names of extensions may have. Raises `BadQuery` that names the parameter.
    """
    for name, times in Counter(name for name, _ in pairs).items():
        if times > 1:
            raise BadQuery(f'{_shown(name)} is there {times} times, want once, its values divided by "|"')
    values = dict(pairs)
    conditions = [
        condition
        for name, value in values.items()
        if name not in ORDERING
        for condition in _conditions(name, value, prefixes)
    ]
    count = sum(len(condition.values) for condition in conditions)
    if count > MOST_VALUES:
        raise BadQuery(f"the query has {count} values, want at most {MOST_VALUES}")
    return _ordered(tuple(conditions), values)


def _conditions(name: str, text: str, prefixes: Mapping[str, str]) -> list[Condition]:
    asked = parameter(name, prefixes)
    if asked is None:
        raise BadQuery(_unknown(name, prefixes))
    if asked.kind == "presence":
        return [Condition("EXISTS", asked.fields)] if _is_asked(name, text) else []
    texts = text.split("|") if asked.several else [text]
    found = [value for each in texts for value in _read(name, each, asked, prefixes)]
    return [Condition(asked.test, asked.fields, tuple(dict.fromkeys(found)))]


def _unknown(name: str, prefixes: Mapping[str, str]) -> str:
    prefix = undeclared_prefix(name, prefixes)
    if prefix is not None:
        return (
            f"{_shown(name)}: nothing says what the prefix {prefix!r} means; "
            f"want the header GS1-Extensions: {prefix}=NAMESPACE"
        )
    near = get_close_matches(name[:80], [*FIXED, *ORDERING], 1)
    return f"{_shown(name)} is no parameter of a query" + (f"; is {near[0]} meant?" if near else "")


def _is_asked(name: str, text: str) -> bool:
    if text not in ("true", "false", ""):
        raise _malformed(name, text, "true or false")
    return text != "false"


def _read(name: str, text: str, asked: Parameter, prefixes: Mapping[str, str]) -> list[Value]:
    """The values that one text stands for; an extension's is of any type."""
    if not text:
        raise _malformed(name, text, f"a value ({asked.kind})")
    if asked.kind == "extension":
        return _read_any(name, text, asked)
    return [_read_one(name, text, asked.kind, prefixes)]


def _read_any(name: str, text: str, asked: Parameter) -> list[Value]:
    number, moment = _number(text), _time(text)
    if asked.test == "EQ":
        return [
            text,
            *([] if number is None else [number_text(number)]),
            *([] if moment is None else [moment]),
        ]
    value = moment if number is None else number
    if value is None:
        raise _malformed(name, text, "a number, or a time with its zone")
    return [value]


def _read_one(name: str, text: str, kind: Kind, prefixes: Mapping[str, str]) -> Value:
    if kind in _WORDS:
        return _word(name, text, kind, prefixes)
    if kind in ("URI", "EPC", "event ID"):
        return _uri(name, text, kind, prefixes)
    if kind == "number":
        number = _number(text)
        if number is None:
            raise _malformed(name, text, "a number")
        return number
    if kind == "time":
        moment = _time(text)
        if moment is None:
            raise _malformed(name, text, "an RFC 3339 time with its zone, a + in it written %2B")
        return moment
    if kind == "boolean":
        if text not in ("true", "false"):
            raise _malformed(name, text, "true or false")
        return text == "true"
    return text


def _word(name: str, text: str, kind: Kind, prefixes: Mapping[str, str]) -> str:
    found, words = word(text, prefixes), _WORDS[kind]
    if found in words or (kind != "action" and _URI.fullmatch(found)):
        return found
    near = get_close_matches(found[:80], words, 1)
    wanted = " or ".join(sorted(words)) if kind == "action" else f"a word of the standard ({kind}) or a URI"
    raise _malformed(name, text, wanted + (f"; is {near[0]} meant?" if near else ""))


def _uri(name: str, text: str, kind: Kind, prefixes: Mapping[str, str]) -> str:
    if _URI.fullmatch(text) is None:
        raise _malformed(name, text, "a URI")
    if kind == "event ID":
        return text
    full = expand(text, prefixes)
    if not full.startswith("urn:epc:idpat:") or kind != "EPC":
        return canonical(full)
    link = pattern(full)
    if link is None:
        raise _malformed(name, text, 'a pattern in which only the serial number is "*"')
    return link + ANY_SERIAL


def _ordered(conditions: tuple[Condition, ...], values: Mapping[str, str]) -> Query:
    by, limit, at_most = (
        values.get("orderBy"),
        _count("eventCountLimit", values),
        _count("maxEventCount", values),
    )
    if limit is not None and by is None:
        raise BadQuery("eventCountLimit says nothing without orderBy")
    if limit is not None and at_most is not None:
        raise BadQuery("eventCountLimit and maxEventCount are both there, want one of them")
    direction = values.get("orderDirection", "DESC")
    if direction not in ("ASC", "DESC"):
        raise _malformed("orderDirection", direction, "ASC or DESC")
    return Query(conditions, None if by is None else _order(by), direction == "DESC", limit, at_most)


def _order(by: str) -> Order:
    orders: dict[str, Order] = {"eventTime": "eventTime", "recordTime": "recordTime"}
    if by not in orders:
        raise _malformed("orderBy", by, "eventTime or recordTime")
    return orders[by]


def _count(name: Literal["eventCountLimit", "maxEventCount"], values: Mapping[str, str]) -> int | None:
    text = values.get(name)
    if text is None:
        return None
    if re.fullmatch(r"[0-9]{1,7}", text) is None or not 1 <= int(text) <= LARGEST_COUNT:
        raise _malformed(name, text, f"a whole number from 1 to {LARGEST_COUNT}")
    return int(text)


def _number(text: str) -> float | None:
    number = float(text) if _NUMBER.fullmatch(text) else math.inf
    return number if math.isfinite(number) else None


def _time(text: str) -> datetime | None:
    try:
        moment = read_time(text)
        return None if moment is None else moment.astimezone(UTC)
    except (InvalidInput, OverflowError):
        return None


def _malformed(name: str, text: str, wanted: str) -> BadQuery:
    return BadQuery(f"{_shown(name)} is {text[:80]!r}, want {wanted}")


def _shown(name: str) -> str:
    return name if name.isprintable() and len(name) <= 80 else repr(name[:80])
