"""Registered parties and their prefixes, each prefix with one party."""

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    ForeignKey,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
)

from traceability.errors import InvalidInput, Unknown
from traceability.ledger.parties import Party, Register
from traceability.store.revisions import register_changed
from traceability.store.schema import metadata, upsert

party = Table(
    "party",
    metadata,
    Column("gln", String(13), primary_key=True),
    Column("name", Text, nullable=False),
    Column("is_authority", Boolean, nullable=False),
    # GLNs with spaces between them: they are always read together.
    Column("makers", Text, nullable=False),
)

party_prefix = Table(
    "party_prefix",
    metadata,
    Column("prefix", String(13), primary_key=True),
    Column("gln", ForeignKey(party.c.gln), nullable=False, index=True),
)


class PartyTable:
    """A few rows: whoever asks about many keys takes the whole register once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def register(self) -> Register:
        """As it stands now."""
        with self._engine.connect() as connection:
            return registered(connection)

    def owner_of(self, identifier: str) -> str | None:
        return self.register().owner_of(identifier)

    def is_authority(self, gln: str) -> bool:
        return self.register().is_authority(gln)

    def may_make(self, gln: str, identifier: str) -> bool:
        return self.register().may_make(gln, identifier)

    def keep(self, new: Party) -> None:
        """Register a party, or describe it anew. Raises `InvalidInput` if a prefix is another's."""
        with self._engine.begin() as connection:
            owners = {prefix: each.gln for each in _all(connection) for prefix in each.prefixes}
            for prefix in new.prefixes:
                if owners.get(prefix, new.gln) != new.gln:
                    raise InvalidInput(f"prefix {prefix} is of party {owners[prefix]} already")
            connection.execute(delete(party_prefix).where(party_prefix.c.gln == new.gln))
            row = {"gln": new.gln, "name": new.name, "is_authority": new.is_authority}
            upsert(connection, party, [{**row, "makers": " ".join(new.makers)}])
            rows = [{"prefix": prefix, "gln": new.gln} for prefix in dict.fromkeys(new.prefixes)]
            if rows:
                connection.execute(insert(party_prefix), rows)
            register_changed(connection, party.name)

    def remove(self, gln: str) -> None:
        """Its keys are nobody's then; what was captured stays. Raises `Unknown`."""
        with self._engine.begin() as connection:
            connection.execute(delete(party_prefix).where(party_prefix.c.gln == gln))
            if connection.execute(delete(party).where(party.c.gln == gln)).rowcount == 0:
                raise Unknown(f"party {gln} is not registered; `guoji party list` shows those that are")
            register_changed(connection, party.name)


def registered(connection: Connection) -> Register:
    """As the caller's transaction sees it."""
    return Register.of(_all(connection))


def _all(connection: Connection) -> list[Party]:
    prefixes: dict[str, list[str]] = {}
    for prefix, gln in connection.execute(select(party_prefix).order_by(party_prefix.c.prefix)):
        prefixes.setdefault(gln, []).append(prefix)
    return [
        Party(
            row.gln, row.name, tuple(prefixes.get(row.gln, ())), row.is_authority, tuple(row.makers.split())
        )
        for row in connection.execute(select(party).order_by(party.c.gln))
    ]
