"""Queries that a party has given a name, to be asked again and subscribed to (EPCIS 2.0, 12.6)."""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from traceability.epcis.parse import parse_json
from traceability.epcis.query.definition import read_definition
from traceability.epcis.query.query import Query
from traceability.errors import InvalidInput, NotAuthorised
from traceability.ledger.capture_jobs import first_id
from traceability.ledger.grant import ADMIN, Grant

LARGEST_BYTES = 64 * 1024
MOST_OF_AN_OWNER = 200
LONGEST_NAME = 80
# Such as no client rewrites on the way, as it would "..".
_NAME = re.compile(rf"\w[\w.~-]{{0,{LONGEST_NAME - 1}}}")
OPERATOR = ""
"""Owner of what the administrator made."""


@dataclass(frozen=True, slots=True)
class NamedQuery:
    id: str
    """Hexadecimal digits; those of later ones are greater."""
    owner: str
    """GLN of the party that made it, or `OPERATOR`. Each has names of its own, and sees no other's."""
    name: str
    definition: Mapping[str, Any]
    """As it was sent."""
    prefixes: Mapping[str, str]
    """What names of extensions may begin with, besides those that its own `@context` declares."""

    def query(self) -> Query:
        return read_definition(self.definition, self.prefixes)


class NamedQueryStore(Protocol):
    def add(self, query: NamedQuery, most_of_an_owner: int) -> None:
        """Raises `NameTaken`, or `InvalidInput` if its owner has so many already."""

    def named(self, owner: str, name: str) -> NamedQuery:
        """Raises `NoSuchName`."""

    def of(self, owner: str, after: str, at_most: int) -> list[NamedQuery]:
        """Those of an owner, oldest first, after the one with the ID `after`; the first is after ""."""

    def remove(self, owner: str, name: str) -> None:
        """With all its subscriptions, in one commit. Raises `NoSuchName`."""


@dataclass(frozen=True, slots=True)
class NamedQueries:
    store: NamedQueryStore
    now_ms: Callable[[], int]

    def add(self, body: bytes, owner: str, prefixes: Mapping[str, str]) -> NamedQuery:
        """Keep the query of a JSON body `{"name": ..., "query": {...}}`.

        Raises `InvalidInput` for what is no query or one too many, `NameTaken`.
        """
        sent = parse_json(body, LARGEST_BYTES)
        if not isinstance(sent, dict) or set(sent) != {"name", "query"}:
            raise InvalidInput(f"a named query is {_shape(sent)}, want an object with name and query")
        query = NamedQuery(
            first_id(self.now_ms()) + secrets.token_hex(8),
            owner,
            _name(sent["name"]),
            sent["query"],
            prefixes,
        )
        query.query()  # refused now rather than whenever it is asked
        self.store.add(query, MOST_OF_AN_OWNER)
        return query


def owner_of(grant: Grant) -> str:
    """Whose queries and subscriptions the holder of a token makes and sees. Raises `NotAuthorised`."""
    if grant.party is None and grant.role != ADMIN:
        raise NotAuthorised("the token names no party that a query could belong to")
    return grant.party or OPERATOR


def _name(name: object) -> str:
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise InvalidInput(
            f"name is {name!r:.100}, want 1 to {LONGEST_NAME} letters, digits and _ . ~ -, the first no mark"
        )
    return name


def _shape(value: object) -> str:
    if isinstance(value, dict):
        return f"an object with {', '.join(sorted(value)[:10])[:200] or 'nothing'}"
    return f"a {type(value).__name__}"
