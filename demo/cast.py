"""Who and what the story is about: invented parties, places, goods and devices, keyed under prefix 952."""

from collections.abc import Mapping
from dataclasses import dataclass

from traceability.gs1 import digital_link
from traceability.gs1.keys import check_digit
from traceability.telemetry.device import Device

Names = Mapping[str, str]
"""Text by language: "zh" and "en"."""

COMPANY = "9521234"
TRUCK_SEED = 7
CABINET_SEED = 9


@dataclass(frozen=True, slots=True)
class Party:
    gln: str
    name: Names


@dataclass(frozen=True, slots=True)
class Place:
    link: str
    """Canonical Digital Link (414 with 254)."""
    name: Names


@dataclass(frozen=True, slots=True)
class Product:
    gtin: str
    name: Names
    variety: Names


def names(zh: str, en: str) -> Names:
    return {"zh": zh, "en": en}


def _checked(digits: str) -> str:
    return digits + check_digit(digits)


def sscc(serial: int) -> str:
    """The Digital Link of logistic unit number `serial` of the packhouse."""
    return digital_link.sscc(_checked(f"0{COMPANY}{serial:09d}"))


def _party(number: int, zh: str, en: str) -> Party:
    return Party(_checked(f"{COMPANY}{number:05d}"), names(zh, en))


def _place(party: Party, extension: str, zh: str, en: str) -> Place:
    return Place(digital_link.place(party.gln, extension), names(zh, en))


def _gtin(number: int) -> str:
    return _checked(f"0{COMPANY}{number:05d}")


FARM = _party(1, "果迹示范草莓园", "Guoji Demo Strawberry Farm")
PACKHOUSE = _party(2, "果迹示范包装厂", "Guoji Demo Packhouse")
CARRIER = _party(3, "果迹示范冷链物流", "Guoji Demo Cold-Chain Carrier")
LABORATORY = _party(4, "果迹示范检测室", "Guoji Demo Laboratory")
SHOP = _party(5, "果迹示范直播间", "Guoji Demo Livestream Shop")
PARTIES = (FARM, PACKHOUSE, CARRIER, LABORATORY, SHOP)

FIELD = _place(FARM, "FIELD-3", "示范草莓园三号地", "Demo farm, field 3")
LINE = _place(PACKHOUSE, "LINE-1", "示范包装厂一号线", "Demo packhouse, line 1")
DOCK = _place(PACKHOUSE, "DOCK-2", "示范包装厂二号月台", "Demo packhouse, dock 2")
BENCH = _place(LABORATORY, "BENCH-1", "示范检测室", "Demo laboratory")
ARRIVALS = _place(SHOP, "DOCK-1", "示范直播间收货处", "Demo livestream shop, goods in")
COLD_CABINET = _place(SHOP, "CABINET-1", "示范直播间冷柜", "Demo livestream shop, cold cabinet")
PLACES = (FIELD, LINE, DOCK, BENCH, ARRIVALS, COLD_CABINET)

_BENIHOPPE = names("红颜", "Benihoppe")
BULK = Product(_gtin(1), names("红颜草莓（散装）", "Benihoppe strawberries, loose"), _BENIHOPPE)
PUNNET = Product(_gtin(2), names("红颜草莓 300 克", "Benihoppe strawberries, 300 g"), _BENIHOPPE)

DEMO_EVENT = names(
    "演示事件：主体、地点和货物均为虚构。",
    "Demonstration event: its parties, places and goods are invented.",
)
LAB_STAGED = names(
    "检测值是对其他草莓的真实测量（2021 年）；检测事件为演示。",
    "The laboratory values are real measurements of other strawberries (2021); the inspection is staged.",
)
_WEATHER_STAGED = names(
    "回放真实测量：美国马萨诸塞州 Whately 的果园气象站（2015 年 11 月），时间已平移，并非本农场数据。",
    "Replay of real measurements from an orchard station in Whately, Massachusetts (November 2015), "
    "shifted in time; not this farm.",
)
_GAP_STAGED = names(
    "回放真实测量：美国马萨诸塞州 Whately 的果园气象站（2015 年 3 月），时间已平移，并非本农场数据。",
    "Replay of real measurements from an orchard station in Whately, Massachusetts (March 2015), "
    "shifted in time; not this farm.",
)
_SOIL_STAGED = names(
    "回放真实测量：SIMPaCT 土壤水分数据集（2022 年），时间已平移，并非本农场数据。",
    "Replay of real measurements from the SIMPaCT soil moisture data set (2022), "
    "shifted in time; not this farm.",
)
_TRUCK_STAGED = names(
    f"模拟的冷藏车（物理模型，种子 {TRUCK_SEED}），并非真实测量。",
    f"Simulated refrigerated truck (physical model, seed {TRUCK_SEED}); not measured.",
)
_CABINET_STAGED = names(
    f"模拟的展示冷柜（物理模型，种子 {CABINET_SEED}），并非真实测量。",
    f"Simulated display cabinet (physical model, seed {CABINET_SEED}); not measured.",
)


def _device(
    alias: str, party: Party, place: Place, name: Names, staged: Names, cold_chain: bool = False
) -> Device:
    giai = digital_link.device(f"{COMPANY}{alias.upper()}")
    return Device(alias, giai, party.gln, name, place.link, cold_chain, staged)


WEATHER = _device(
    "weather-1", FARM, FIELD, names("示范气象站一号", "Demo weather station 1"), _WEATHER_STAGED
)
WEATHER_2 = _device("weather-2", FARM, FIELD, names("示范气象站二号", "Demo weather station 2"), _GAP_STAGED)
SOIL_1 = _device("soil-1", FARM, FIELD, names("示范土壤探头一号", "Demo soil probe 1"), _SOIL_STAGED)
SOIL_2 = _device("soil-2", FARM, FIELD, names("示范土壤探头二号", "Demo soil probe 2"), _SOIL_STAGED)
LOGGER = _device(
    "logger-1",
    CARRIER,
    DOCK,
    names("示范冷链记录仪", "Demo cold-chain logger"),
    _TRUCK_STAGED,
    cold_chain=True,
)
CABINET_PROBE = _device(
    "cabinet-1",
    SHOP,
    COLD_CABINET,
    names("示范冷柜探头", "Demo cabinet probe"),
    _CABINET_STAGED,
    cold_chain=True,
)
INSTRUMENTS = (WEATHER, WEATHER_2, SOIL_1, SOIL_2, LOGGER, CABINET_PROBE)
