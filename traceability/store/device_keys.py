"""The keys that devices sign with: since when each counts, until when, and whether it was revoked."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    ForeignKey,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)

from traceability.errors import InvalidInput, Unknown
from traceability.store.schema import is_among, metadata
from traceability.telemetry.clock import iso
from traceability.telemetry.device import MAX_KEYS, DeviceKey
from traceability.telemetry.public_key import PublicKey

device_key = Table(
    "device_key",
    metadata,
    # A key signs for one device only, and never comes back once it was revoked.
    Column("public_key", String(64), primary_key=True),
    Column("device", ForeignKey("device.alias"), nullable=False, index=True),
    Column("from_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger),
    Column("revoked_at_ms", BigInteger),
    Column("revoked_why", Text),
)


class DeviceKeyTable:
    """Rows are added and revoked, never removed: readings that a key signed stay."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, alias: str, new: DeviceKey) -> None:
        """Let `new` sign for a registered device. Raises `InvalidInput` if one has it, or has too many."""
        with self._engine.begin() as connection:
            keys = all_keys(connection)
            for owner, held in keys.items():
                if any(key.public == new.public for key in held):
                    raise InvalidInput(f"the key {new.public.key_id.hex()} belongs to device {owner} already")
            if len(keys.get(alias, ())) >= MAX_KEYS:
                raise InvalidInput(f"{alias} has {MAX_KEYS} keys already, want at most that many")
            row = {
                "device": alias,
                "public_key": str(new.public),
                "from_ms": new.from_ms,
                "until_ms": new.until_ms,
            }
            connection.execute(insert(device_key).values(row))

    def revoke(self, alias: str, key_id: str, at_ms: int, why: str) -> None:
        """Refuse what the key with this id (hex) signs and what arrives from `at_ms` on, which is not past.

        Raises `Unknown` if the device has no such key, `InvalidInput` if it is revoked by then already: the
        first word stands, but one about a time to come may be overtaken.
        """
        with self._engine.begin() as connection:
            held = all_keys(connection).get(alias, ())
            key = next((key for key in held if key.public.key_id.hex() == key_id), None)
            if key is None:
                raise Unknown(
                    f"{alias} has no key {key_id[:40]}: give all 16 digits, as "
                    f"`guoji device key list {alias}` shows them"
                )
            if key.revoked_at_ms is not None and key.revoked_at_ms <= at_ms:
                raise InvalidInput(f"the key {key_id} was revoked at {iso(key.revoked_at_ms)} already")
            row = update(device_key).where(device_key.c.public_key == str(key.public))
            connection.execute(row.values(revoked_at_ms=at_ms, revoked_why=why))


def all_keys(
    connection: Connection, among: Collection[str] | None = None
) -> Mapping[str, tuple[DeviceKey, ...]]:
    """By alias, newest first; only of devices `among`, if that is given."""
    rows = connection.execute(
        select(device_key)
        .where(is_among(device_key.c.device, among))
        .order_by(device_key.c.from_ms.desc(), device_key.c.public_key)
    )
    keys: defaultdict[str, tuple[DeviceKey, ...]] = defaultdict(tuple)
    for row in rows:
        keys[row.device] += (
            DeviceKey(
                PublicKey.parse(row.public_key), row.from_ms, row.until_ms, row.revoked_at_ms, row.revoked_why
            ),
        )
    return keys
