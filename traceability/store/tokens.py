"""Bearer tokens: only their digests are kept, so a stolen store opens nothing."""

import hashlib
import secrets

from sqlalchemy import BigInteger, Column, Engine, String, Table, Text, insert, select, update

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
)


class TokenTable:
    """Who may do what."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def issue(self, name: str, grant: Grant) -> str:
        """Make a token; this is the only time anybody sees it. Names are never used twice."""
        if grant.role not in ROLES:
            raise InvalidInput(f"there is no role {grant.role!r}; there are {', '.join(ROLES)}")
        if name in {row[0] for row in self.listed()}:
            raise InvalidInput(f"there is a token named {name!r} already; names are not used twice")
        secret = "guoji_" + secrets.token_urlsafe(24)
        with self._engine.begin() as connection:
            connection.execute(
                insert(token).values(name=name, digest=_digest(secret), role=grant.role, party=grant.party)
            )
        return secret

    def authorise(self, secret: str) -> Grant:
        """Raises `NotAuthorised` for a token that we did not issue, or have revoked."""
        statement = select(token).where(token.c.digest == _digest(secret), token.c.revoked_at_ms.is_(None))
        with self._engine.connect() as connection:
            row = connection.execute(statement).first()
        if row is None:
            raise NotAuthorised(
                "this token is not one of ours, or was revoked; `guoji token issue` makes one"
            )
        return Grant(row.role, row.party, row.name)

    def revoke(self, name: str, now_ms: int) -> None:
        statement = update(token).where(token.c.name == name, token.c.revoked_at_ms.is_(None))
        with self._engine.begin() as connection:
            if connection.execute(statement.values(revoked_at_ms=now_ms)).rowcount == 0:
                raise Unknown(f"there is no valid token named {name!r}; `guoji token list` shows them")

    def listed(self) -> list[tuple[str, str, str | None, int | None]]:
        """Name, role, party and time of revocation (ms) of every token ever issued."""
        columns = (token.c.name, token.c.role, token.c.party, token.c.revoked_at_ms)
        with self._engine.connect() as connection:
            return [tuple(row) for row in connection.execute(select(*columns).order_by(token.c.name))]


def _digest(secret: str) -> str:
    # A plain hash is enough: the secret has 192 random bits, so there is nothing to guess.
    return hashlib.sha256(secret.encode()).hexdigest()
