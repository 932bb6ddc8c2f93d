"""One device of a farm: its card, and a curve of each thing it measured within a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.present.curves import CurveCard, curve_card
from api.present.farm_devices import DeviceCard, device_card
from api.present.text import plain
from api.words import Words
from traceability.farm.curves import day_curves
from traceability.farm.overview import DeviceState
from traceability.telemetry.reading import Reading


@dataclass(frozen=True, slots=True)
class DeviceView:
    card: DeviceCard
    giai: str
    curves: tuple[CurveCard, ...]
    now: str


def device_view(state: DeviceState, readings: Sequence[Reading], now: datetime, words: Words) -> DeviceView:
    return DeviceView(
        device_card(state, {}, round(now.timestamp() * 1000), words),
        plain(state.device.giai.rpartition("/")[2]),
        tuple(curve_card(curve, words) for curve in day_curves(state.device, readings)),
        words.moment(now),
    )
