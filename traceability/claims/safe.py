"""Sentences that a host may safely say of a lot, made of nothing but its facts."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from traceability.claims.facts import Facts, Happening, Measured, Series
from traceability.claims.judged import of_lab
from traceability.claims.judges.goods import held_kilograms, net_kilograms


def safe_words(facts: Facts, on: datetime, language: str) -> Mapping[str, str]:
    """What fills the placeholders of suggestions, by name; what is unknown is left out."""
    zh = language == "zh"
    product, origin = (_named(names, language) for names in (facts.product, facts.origin))
    harvest = next(iter(facts.happened("harvest")), None)
    words: dict[str, str | None] = {
        "product": product,
        "origin": origin,
        "harvested": _time(harvest),
        "age_days": _days_since(harvest, on),
        "shipped": _time(next(iter(facts.happened("shipping", "departing")), None)),
        "received": _time(next(iter(facts.happened("receiving", "arriving", "accepting")), None)),
        "packed": _time(next(iter(facts.happened("packing")), None)),
        "tested": _time(next(iter(facts.happened("inspecting", "sampling")), None)),
        "sweetness": _results(facts, ("糖", "brix", "soluble", "sugar"), language),
        "firmness": _results(facts, ("硬度", "firmness"), language),
        "residues": _limited(facts, language),
        "lab": _results(facts, ("",), language),
        "cold": _cold(facts, zh),
        "storage": "{:g} ~ {:g} °C".format(*facts.storage) if facts.storage else None,
        "amount": f"{held[1]:g} kg" if (held := held_kilograms(facts)) else None,
        "pack": f"{net:g} kg" if (net := net_kilograms(facts)) is not None else None,
        "valid_until": _valid_until(facts),
    }
    known = {name: text for name, text in words.items() if text is not None}
    sentences = said_safely(known, language)
    return known | ({"safe": sentences[0]} if sentences else {})


_TEMPLATES = (
    ("这批{product}是{harvested}采收的", "This lot of {product} was harvested on {harvested}"),
    ("产地是{origin}", "It was grown at {origin}"),
    ("检测报告：{sweetness}", "The laboratory report says {sweetness}"),
    ("冷链记录：{cold}", "The cold-chain record says {cold}"),
    ("建议在{storage}存放", "Keep it at {storage}"),
)


def said_safely(words: Mapping[str, str], language: str) -> tuple[str, ...]:
    """Sentences of what is known (`safe_words`), best first."""
    filled = (fill(zh if language == "zh" else en, words) for zh, en in _TEMPLATES)
    return tuple(sentence for sentence in filled if sentence is not None)


def fill(template: str, words: Mapping[str, str]) -> str | None:
    """`template` with its placeholders filled; None if one of them is unknown."""
    try:
        return template.format_map(words)
    except KeyError:
        return None


def _named(names: Mapping[str, str], language: str) -> str | None:
    return names.get(language) or next(iter(names.values()), None)


def _time(happening: Happening | None) -> str | None:
    return f"{happening.at:%Y-%m-%d %H:%M}" if happening else None


def _days_since(harvest: Happening | None, on: datetime) -> str | None:
    """None on the day itself, too: nobody says "0 days ago"."""
    days = (on - harvest.at) // timedelta(1) if harvest else 0
    return str(days) if days > 1 else None


def _results(facts: Facts, words: tuple[str, ...], language: str) -> str | None:
    found = [each for each in facts.measured if any(word in each.analyte for word in words)]
    return of_lab(found[0]).found[language] if found else None


def _limited(facts: Facts, language: str) -> str | None:
    found: list[Measured] = [each for each in facts.measured if each.limit is not None]
    return "; ".join(of_lab(each).found[language] for each in found[:3]) or None


def _valid_until(facts: Facts) -> str | None:
    last = [each.valid_until for each in facts.certificates if each.valid_until]
    return f"{last[0]:%Y-%m-%d}" if last else None


def _cold(facts: Facts, zh: bool) -> str | None:
    curves = facts.cold_air
    if not curves:
        return None
    coldest, warmest = min(each.coldest[1] for each in curves), max(each.warmest[1] for each in curves)
    span = f"{coldest:g} 到 {warmest:g} °C" if zh else f"{coldest:g} to {warmest:g} °C"
    return span + _out_of_range(curves, zh)


def _out_of_range(curves: list[Series], zh: bool) -> str:
    count = sum(len(each.excursions) for each in curves)
    if count:
        return f"，超出范围 {count} 次" if zh else f", out of range {count} time{'s' * (count > 1)}"
    if any(each.silences or each.high is None for each in curves):
        return ""  # what nobody measured may have been anything
    return "，没有超出范围" if zh else ", never out of range"
