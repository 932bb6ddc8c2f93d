"""Bearer tokens: only their digests are kept, so a stolen store opens nothing."""

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Engine,
    Row,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)

from traceability.errors import InvalidInput, NotAuthorised, Unknown
from traceability.ledger.grant import ROLES, Grant
from traceability.store.schema import metadata

token = Table(
    "token",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("party", Text),
    Column("revoked_at_ms", BigInteger),
    Column("reads", String(3), nullable=False, server_default="all"),
    # Prefixes with spaces between them: they are always read together.
    Column("about", Text, nullable=False, server_default=""),
    Column("expires_at_ms", BigInteger),
)


@dataclass(frozen=True, slots=True)
class Issued:
    """What is known of a token; its name is in the grant."""

    grant: Grant
    expires_at_ms: int | None
    revoked_at_ms: int | None


class TokenTable:
    """Who may do what."""

    def __init__(
        self, engine: Engine, now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    ) -> None:
        self._engine = engine
        self._now_ms = now_ms

    def issue(self, name: str, grant: Grant, expires_at_ms: int | None = None) -> str:
        """Make a token; this is the only time anybody sees it. Names are never used twice."""
        if grant.role not in ROLES:
            raise InvalidInput(f"there is no role {grant.role!r}; there are {', '.join(ROLES)}")
        if name in {each.grant.name for each in self.listed()}:
            raise InvalidInput(f"there is a token named {name!r} already; names are not used twice")
        secret = "guoji_" + secrets.token_urlsafe(24)
        row = {"name": name, "digest": _digest(secret), "role": grant.role, "party": grant.party}
        with self._engine.begin() as connection:
            connection.execute(insert(token).values(**row, **_scope(grant), expires_at_ms=expires_at_ms))
        return secret

    def change(self, name: str, grant: Grant) -> None:
        """Let a valid token capture and read what `grant` says from now on; its role and party stay."""
        self._change_valid(name, **_scope(grant))

    def authorise(self, secret: str) -> Grant:
        """Raises `NotAuthorised` for a token that we did not issue, or have revoked, or that has expired."""
        return self._valid(token.c.digest == _digest(secret))

    def named(self, name: str) -> Grant:
        """What the holder of the token with this name may do by now. Raises `NotAuthorised` too."""
        return self._valid(token.c.name == name)

    def _valid(self, wanted: ColumnElement[bool]) -> Grant:
        with self._engine.connect() as connection:
            row = connection.execute(select(token).where(wanted, token.c.revoked_at_ms.is_(None))).first()
        if row is None:
            raise NotAuthorised(
                "this token is not one of ours, or was revoked; `guoji token issue` makes one"
            )
        if row.expires_at_ms is not None and row.expires_at_ms <= self._now_ms():
            raise NotAuthorised("this token has expired; `guoji token issue` makes another one")
        return _grant(row)

    def revoke(self, name: str, now_ms: int) -> None:
        self._change_valid(name, revoked_at_ms=now_ms)

    def listed(self) -> list[Issued]:
        """Every token ever issued, by name."""
        with self._engine.connect() as connection:
            return [
                Issued(_grant(row), row.expires_at_ms, row.revoked_at_ms)
                for row in connection.execute(select(token).order_by(token.c.name))
            ]

    def _change_valid(self, name: str, **values: str | int) -> None:
        statement = update(token).where(token.c.name == name, token.c.revoked_at_ms.is_(None))
        with self._engine.begin() as connection:
            if connection.execute(statement.values(**values)).rowcount == 0:
                raise Unknown(f"there is no valid token named {name!r}; `guoji token list` shows them")


def _grant(row: Row[tuple[object, ...]]) -> Grant:
    return Grant(row.role, row.party, row.name, row.reads, tuple(row.about.split()))


def _scope(grant: Grant) -> dict[str, str]:
    return {"reads": grant.reads, "about": " ".join(grant.about)}


def _digest(secret: str) -> str:
    # A plain hash is enough: the secret has 192 random bits, so there is nothing to guess.
    return hashlib.sha256(secret.encode()).hexdigest()
