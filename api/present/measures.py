"""How metrics and units of measure are called on a page."""

from typing import Final

from api.present.text import plain
from api.words import Words, message

_METRICS: Final = {
    "air_temperature": message("Air temperature"),
    "pulp_temperature": message("Temperature inside the fruit"),
    "soil_temperature": message("Soil temperature"),
    "relative_humidity": message("Air humidity"),
    "soil_moisture": message("Soil moisture"),
    "pressure": message("Air pressure"),
    "rainfall": message("Rain"),
    "wind_speed": message("Wind"),
    "par": message("Light for growth"),
    "door_open": message("Door open"),
    "battery": message("Battery"),
}
UNITS: Final = {
    "CEL": "°C", "P1": "%", "H60": "m³/m³", "A97": "hPa", "MMT": "mm", "MTS": "m/s", "D54": "W/m²",
    "KGM": "kg", "GRM": "g", "TNE": "t", "LTR": "L", "J18": "°Bx", "NA": "mg/kg", "M1": "mg/L", "VP": "%",
    "LBR": "lb", "ONZ": "oz", "MLT": "mL", "C62": "", "unstated": "",
}  # fmt: skip
"""By UNECE Rec 20 code. Symbols, alike in all languages."""
_PIECES: Final = {"H87", "EA"}

TEMPERATURES: Final = {"air_temperature", "pulp_temperature"}


def metric(name: str, words: Words) -> str:
    """Our table's name in words; a metric that we do not know as it was written."""
    known = _METRICS.get(name)
    return words.say(known) if known else plain(name)


def unit(code: str) -> str:
    """The symbol of a Rec 20 code; any other text as it was written."""
    return UNITS.get(code, plain(code))


def amount(value: float, code: str, words: Words, digits: int = 2) -> str:
    """With at most `digits` decimals; pieces in words."""
    if code in _PIECES and value == int(value):
        return words.say_many("{count} piece", "{count} pieces", int(value))
    if code in _PIECES:
        return f"{words.number(value, digits)} {words.say('pieces')}"
    return f"{words.number(value, digits)} {unit(code)}".rstrip()
