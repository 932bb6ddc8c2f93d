"""The devices whose readings are taken in."""

import json
from collections.abc import Collection, Mapping

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Row,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)

from traceability.errors import InvalidInput
from traceability.store.calibrations import all_calibrations
from traceability.store.device_keys import all_keys
from traceability.store.revisions import register_changed
from traceability.store.schema import is_among, metadata
from traceability.telemetry.device import Calibration, Device, DeviceKey

device = Table(
    "device",
    metadata,
    Column("alias", String(32), primary_key=True),
    Column("giai", Text, nullable=False, unique=True),
    Column("party", String(13), nullable=False),
    Column("name", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("cold_chain", Boolean, nullable=False),
    Column("staged", Text, nullable=False),
    Column("must_sign", Boolean, nullable=False),
)

device_state = Table(
    "device_state",
    metadata,
    Column("device", ForeignKey(device.c.alias), primary_key=True),
    # Whoever writes for a device holds the lock on this row, so arrivals become visible in their order.
    Column("next_arrival", BigInteger, nullable=False),
)


_TEXTS = ("name", "staged")
"""Columns that hold a text by language, or null, as JSON."""


class DeviceTable:
    """One row a device. Its description may change, its alias never: batches have it in their bytes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, new: Device) -> None:
        """Register a device, or change the description of the one with this alias; keys have their own table.

        A GIAI is of one alias for good, and an alias of one GIAI. Raises `InvalidInput` for anything else.
        """
        values = {column.name: getattr(new, column.name) for column in device.c}
        values |= {column: json.dumps(values[column], ensure_ascii=False) for column in _TEXTS}
        with self._engine.begin() as connection:
            owner = select(device.c.alias).where(device.c.giai == new.giai, device.c.alias != new.alias)
            if (other := connection.execute(owner).scalar()) is not None:
                raise InvalidInput(f"the GIAI {new.giai} belongs to device {other} already")
            own = select(device.c.giai).where(device.c.alias == new.alias)
            if (giai := connection.execute(own).scalar()) not in (None, new.giai):
                raise InvalidInput(
                    f"{new.alias} is {giai}, not {new.giai}: a replacement is a new alias, "
                    f"`guoji device fit NEW --instead-of {new.alias}`"
                )
            if not connection.execute(
                update(device).where(device.c.alias == new.alias).values(values)
            ).rowcount:
                connection.execute(insert(device).values(values))
                connection.execute(insert(device_state).values(device=new.alias, next_arrival=1))
            register_changed(connection, device.name)

    def all(self) -> Mapping[str, Device]:
        with self._engine.connect() as connection:
            return all_devices(connection)


def all_devices(connection: Connection, among: Collection[str] | None = None) -> Mapping[str, Device]:
    """By alias; only those `among`, if that is given."""
    keys, calibrations = all_keys(connection, among), all_calibrations(connection, among)
    rows = connection.execute(select(device).where(is_among(device.c.alias, among)).order_by(device.c.alias))
    return {row.alias: _device(row, keys.get(row.alias, ()), calibrations.get(row.alias, ())) for row in rows}


def _device(
    row: Row[tuple[object, ...]], keys: tuple[DeviceKey, ...], calibrations: tuple[Calibration, ...]
) -> Device:
    fields = row._asdict()
    texts = {column: json.loads(fields[column]) for column in _TEXTS}
    return Device(**fields | texts, keys=keys, calibrations=calibrations)
