"""Whether an event is an answer to a query: the definition, whatever an index says."""

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from traceability.epcis.query.fields import fields_of
from traceability.epcis.query.query import Condition, Query, Recorded, Value

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "GE": operator.ge,
    "GT": operator.gt,
    "LE": operator.le,
    "LT": operator.lt,
}


def matches(recorded: Recorded, query: Query) -> bool:
    """Whether every condition holds. Order and counts are about all answers, not about one."""
    fields = fields_of(recorded)
    return all(_holds(condition, fields) for condition in query.conditions)


def _holds(condition: Condition, fields: Mapping[str, set[Value]]) -> bool:
    return any(_is_answer(condition, fields[field]) for field in condition.fields if field in fields)


def _is_answer(condition: Condition, found: set[Value]) -> bool:
    if condition.test == "EXISTS":
        return True
    if condition.test == "EQ":
        return not found.isdisjoint(condition.values)
    [limit] = condition.values
    compare = _COMPARE[condition.test]
    return any(compare(value, limit) for value in found if _comparable(value, limit))


def _comparable(value: Value, limit: Value) -> bool:
    return any(isinstance(value, kind) and isinstance(limit, kind) for kind in (datetime, float))
