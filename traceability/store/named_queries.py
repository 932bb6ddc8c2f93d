"""Named queries, each under a name that its owner has once, and with all that hangs on it."""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Engine, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from traceability.errors import InvalidInput, NameTaken, NoSuchName
from traceability.ledger.named_queries import LONGEST_NAME, NamedQuery
from traceability.store.subscription_tables import delivery, named_query, subscription


class NamedQueryTable:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, query: NamedQuery, most_of_an_owner: int) -> None:
        theirs = select(func.count()).where(named_query.c.owner == query.owner)
        try:
            with self._engine.begin() as connection:
                if connection.execute(theirs).scalar_one() >= most_of_an_owner:
                    raise InvalidInput(
                        f"you have {most_of_an_owner} named queries, want no more: delete one first"
                    )
                connection.execute(insert(named_query).values(_row(query)))
        except IntegrityError as error:
            raise NameTaken(f"you have a query named {query.name} already") from error

    def named(self, owner: str, name: str) -> NamedQuery:
        asked = select(named_query).where(named_query.c.owner == owner, named_query.c.name == name)
        with self._engine.connect() as connection:
            row = connection.execute(asked).first()
        if row is None:
            raise NoSuchName(f"you have no query named {name[:LONGEST_NAME]!r}")
        return as_query(*row)

    def of(self, owner: str, after: str, at_most: int) -> list[NamedQuery]:
        asked = select(named_query).where(named_query.c.owner == owner, named_query.c.id > after)
        with self._engine.connect() as connection:
            rows = connection.execute(asked.order_by(named_query.c.id).limit(at_most))
            return [as_query(*row) for row in rows]

    def remove(self, owner: str, name: str) -> None:
        query_id = self.named(owner, name).id
        theirs = select(subscription.c.id).where(subscription.c.query_id == query_id)
        with self._engine.begin() as connection:
            # Locked first, so that no look adds a delivery between the two.
            mine = connection.execute(theirs.with_for_update()).scalars().all()
            connection.execute(delete(delivery).where(delivery.c.subscription_id.in_(mine)))
            connection.execute(delete(subscription).where(subscription.c.query_id == query_id))
            connection.execute(delete(named_query).where(named_query.c.id == query_id))


def _row(query: NamedQuery) -> Mapping[str, Any]:
    return {
        "id": query.id,
        "owner": query.owner,
        "name": query.name,
        "definition": orjson.dumps(query.definition).decode(),
        "prefixes": orjson.dumps(query.prefixes).decode(),
    }


def as_query(query_id: str, owner: str, name: str, definition: str, prefixes: str) -> NamedQuery:
    """From the columns of `named_query`, in their order."""
    return NamedQuery(query_id, owner, name, orjson.loads(definition), orjson.loads(prefixes))
