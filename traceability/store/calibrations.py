"""The calibrations of devices, as their certificates say."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import Column, Connection, Engine, ForeignKey, LargeBinary, String, Table, select

from traceability.store.revisions import register_changed
from traceability.store.schema import insert_missing, is_among, metadata
from traceability.telemetry.device import Calibration

calibration = Table(
    "calibration",
    metadata,
    Column("device", ForeignKey("device.alias"), primary_key=True),
    Column("made_on", String(10), primary_key=True),
    Column("certificate", LargeBinary(32), primary_key=True),
    Column("valid_until", String(10), nullable=False),
)
"""Days as ISO 8601."""


class CalibrationTable:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, alias: str, new: Calibration) -> None:
        """Keep a registered device's calibration; nothing happens if it is there already."""
        row = {
            "device": alias,
            "made_on": new.on.isoformat(),
            "certificate": new.certificate,
            "valid_until": new.until.isoformat(),
        }
        with self._engine.begin() as connection:
            insert_missing(connection, calibration, [row])
            register_changed(connection, calibration.name)


def all_calibrations(
    connection: Connection, among: Collection[str] | None = None
) -> Mapping[str, tuple[Calibration, ...]]:
    """By alias, newest first; only of devices `among`, if that is given."""
    rows = connection.execute(
        select(calibration)
        .where(is_among(calibration.c.device, among))
        .order_by(calibration.c.made_on.desc(), calibration.c.certificate)
    )
    held: defaultdict[str, tuple[Calibration, ...]] = defaultdict(tuple)
    for row in rows:
        days = date.fromisoformat(row.made_on), date.fromisoformat(row.valid_until)
        held[row.device] += (Calibration(*days, row.certificate),)
    return held
