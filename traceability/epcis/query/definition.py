"""A query as the standard's JSON object has it (its query schema), turned into names and texts."""

from collections.abc import Iterator, Mapping

from traceability.epcis.context import as_context, prefixes
from traceability.epcis.query.parameters import ORDERING, Parameter, parameter
from traceability.epcis.query.parse import parse_query
from traceability.epcis.query.query import Query
from traceability.epcis.vocabulary import STANDARD_CONTEXT
from traceability.errors import BadQuery, InvalidInput


def read_definition(definition: object, known: Mapping[str, str]) -> Query:
    """The query that a JSON object defines. Raises `BadQuery` that names the member.

    `known` are the prefixes of extensions besides those that its `@context` declares.
    """
    if not isinstance(definition, Mapping):
        raise BadQuery(f"query is a {type(definition).__name__}, want an object of parameters")
    declared = {**known, **_declared(definition.get("@context"))}
    members = {name: value for name, value in definition.items() if name != "@context"}
    return parse_query(
        [(name, _text(name, value, parameter(name, declared))) for name, value in members.items()], declared
    )


def _declared(context: object) -> dict[str, str]:
    try:
        return prefixes([STANDARD_CONTEXT, *as_context(context)])
    except InvalidInput as error:
        raise BadQuery(str(error)) from error


def _text(name: str, value: object, asked: Parameter | None) -> str:
    """As the parameter of a request has it: a list divided by "|"."""
    if asked is None:
        return _one(name, value) if name in ORDERING else ""  # the parser refuses an unknown name
    if asked.kind == "presence":
        return "false" if value is False else "true" if value is None or value == 1 else _one(name, value)
    if asked.several and not (asked.kind == "extension" and not isinstance(value, list)):
        return "|".join(_several(name, value))
    return _one(name, value)


def _several(name: str, value: object) -> Iterator[str]:
    if not isinstance(value, list) or not value:
        raise BadQuery(f"{name[:80]!r} is {value!r:.80}, want a list of values")
    for each in value:
        text = _one(name, each)
        if "|" in text:
            raise BadQuery(f'{name[:80]!r} has the value {text[:80]!r}, want one without "|"')
        yield text


def _one(name: str, value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int() | float():
            return repr(value)
    raise BadQuery(f"{name[:80]!r} is {value!r:.80}, want a text, a number, true or false")
