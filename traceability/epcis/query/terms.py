"""What an inverted index holds of an event, and what to look up there for a query."""

from collections.abc import Collection, Mapping

from traceability.epcis.query.fields import OBJECT, fields_of
from traceability.epcis.query.query import Condition, Query, Recorded, Value

IN_ORDER = frozenset({"eventTime", "recordTime"})
"""Fields that are indexed by their order, not as terms."""


def terms(recorded: Recorded) -> frozenset[str]:
    """Such as "bizStep=shipping" for each text, and "quantity_KGM" for a field of anything else."""
    return terms_of(fields_of(recorded))


def terms_of(fields: Mapping[str, Collection[Value]]) -> frozenset[str]:
    """The same of fields that were read already."""
    found = set()
    for field, values in fields.items():
        if field not in IN_ORDER:
            found |= {_term(field, value) for value in values}
            if _is_extension(field):
                found.add(field)
    return frozenset(found)


def lookups(query: Query) -> tuple[frozenset[str], ...]:
    """For each condition that terms can serve: an event that fulfils it has one of these."""
    return tuple(
        frozenset(_wanted(condition))
        for condition in query.conditions
        if IN_ORDER.isdisjoint(condition.fields)
    )


def _wanted(condition: Condition) -> Collection[str]:
    if condition.test == "EQ":
        return {_term(field, value) for field in condition.fields for value in condition.values}
    return condition.fields


def _term(field: str, value: Value) -> str:
    return f"{field}={value}" if isinstance(value, str) and value != OBJECT else field


def _is_extension(field: str) -> bool:
    return ":" in field.partition("=")[0]
