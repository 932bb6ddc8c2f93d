"""Judges claims of cold: what the curves that travelled with the goods show."""

from dataclasses import replace
from datetime import datetime

from traceability.claims.claim import Claim
from traceability.claims.data import says
from traceability.claims.facts import Facts, Series
from traceability.claims.judged import UNKNOWN, Evidence, Judged, Truth, is_true, of_curve
from traceability.claims.quantities import Quantity

_STEADY_C = 1.0
"""A temperature that is stated as steady may be off by this."""
_MEASURED_C = 0.6
"""A reading that is read aloud may be off by this."""
_STALE_H = 1.0
"""A reading older than this says nothing of now."""
_MS_PER_H = 3_600_000


def excursion(claim: Claim, facts: Facts, on: datetime) -> Judged:
    curves = facts.cold_air
    warm = [each for each in curves if each.excursions]
    if warm:
        return is_true(True, *(_worst(each, facts) for each in warm))
    if not curves or any(each.silences or each.high is None for each in curves):
        return Judged(Truth.UNKNOWN, tuple(_extremes(each, facts) for each in curves))
    return is_true(False, *(_extremes(each, facts) for each in curves))


def silence(claim: Claim, facts: Facts, on: datetime) -> Judged:
    """That there is a time without data, or that there is none."""
    curves = facts.cold_air
    if not curves:
        return UNKNOWN
    silent = [each for each in curves if each.silences]
    says_complete = says("complete", claim.words)
    return is_true(bool(silent) is not says_complete, *(_extremes(each, facts) for each in silent or curves))


def cold_kept(claim: Claim, facts: Facts, on: datetime) -> Judged:
    """True only without an excursion and without a silence."""
    broken = excursion(claim, facts, on)
    if broken.truth is Truth.UNKNOWN:
        return broken
    return is_true(broken.truth is Truth.FALSE, *broken.evidence)


def cold_transport(claim: Claim, facts: Facts, on: datetime) -> Judged:
    curves = facts.cold_air
    return is_true(True, *(_extremes(each, facts) for each in curves)) if curves else UNKNOWN


def temperature(claim: Claim, facts: Facts, on: datetime) -> Judged:
    assert isinstance(claim.value, Quantity)
    curves = _meant(claim, facts)
    if not curves:
        return UNKNOWN
    if says("now", claim.clause):
        return _now(claim.value, curves, facts, on)
    if says("on_average", claim.clause):
        held = all(_near(claim.value, each.mean) for each in curves)
        return is_true(held, *(_extremes(each, facts) for each in curves))
    return _over_all(claim, claim.value, curves, facts)


def _meant(claim: Claim, facts: Facts) -> list[Series]:
    curves = facts.cold_air
    stored = [each for each in curves if says("store_device", each.alias.lower())]
    if stored and says("in_store", claim.clause):
        return stored
    moving, standing = [each for each in curves if not each.live], [each for each in curves if each.live]
    if says("always", claim.clause):
        return curves
    if says("at_the_shop", claim.clause) or says("now", claim.clause):
        return standing or curves
    return (moving or curves) if says("on_the_way", claim.clause) else curves


def _now(stated: Quantity, curves: list[Series], facts: Facts, on: datetime) -> Judged:
    newest = max(curves, key=lambda each: each.newest)
    at_ms, value = newest.newest
    if abs(on.timestamp() * 1000 - at_ms) > _STALE_H * _MS_PER_H:
        return Judged(Truth.UNKNOWN, (_reading(newest, at_ms, value, facts),))
    return is_true(_near(stated, value), _reading(newest, at_ms, value, facts))


def _near(stated: Quantity, value: float) -> bool:
    slack = _MEASURED_C if stated.is_exact else 0.0
    return stated.low - slack <= value <= stated.high + slack


def _over_all(claim: Claim, stated: Quantity, curves: list[Series], facts: Facts) -> Judged:
    coldest, warmest = min(each.coldest[1] for each in curves), max(each.warmest[1] for each in curves)
    evidence = tuple(_extremes(each, facts) for each in curves)
    if stated.high == float("inf") and not _bounds_below(claim):
        return is_true(warmest >= stated.low, *evidence)
    if _reaches(claim, stated):
        at_its_warmest = says("warmest", claim.clause)
        held = (
            abs(warmest - stated.high) <= _MEASURED_C
            if at_its_warmest
            else warmest >= stated.high - _MEASURED_C
        )
        return is_true(held, *evidence)
    if says("warmest", claim.clause) and stated.high < float("inf"):
        # "最高" bounds too, but nobody bounds by a tenth of a degree.
        is_bound = stated.step >= 1 or not claim.clause.startswith("最高", stated.span[0])
        held = (
            _near(replace(stated, low=stated.high), warmest)
            if stated.is_exact or not is_bound
            else warmest <= stated.high + _MEASURED_C
        )
        return is_true(held, *evidence)
    if says("coldest", claim.clause) and stated.low > -float("inf"):
        held = _near(stated, coldest) if stated.is_exact else coldest >= stated.low - _MEASURED_C
        return is_true(held, *evidence)
    return _within(claim, stated, curves, evidence)


def _within(claim: Claim, stated: Quantity, curves: list[Series], evidence: tuple[Evidence, ...]) -> Judged:
    coldest, warmest = min(each.coldest[1] for each in curves), max(each.warmest[1] for each in curves)
    is_steady = stated.is_exact or stated.about
    slack = _STEADY_C if is_steady else 1e-9
    inside = stated.low - slack <= coldest and warmest <= stated.high + slack
    if inside and any(each.silences for each in curves) and not says("of_the_record", claim.clause):
        return Judged(Truth.UNKNOWN, evidence)  # nobody knows how warm it was meanwhile
    if inside or not is_steady or says("always", claim.clause):
        return Judged(Truth.TRUE if inside else Truth.FALSE, evidence)
    typical = all(stated.low - slack <= each.mean <= stated.high + slack for each in curves)
    if not typical:
        return Judged(Truth.FALSE, evidence)
    return Judged(Truth.UNKNOWN if any(each.excursions for each in curves) else Truth.TRUE, evidence)


def _reaches(claim: Claim, stated: Quantity) -> bool:
    """Whether it is said that it once got as warm as that: "reached 8", and not "never reached 8"."""
    bound = claim.clause[slice(*stated.span)]
    is_bound = stated.low == -float("inf") and not bound.startswith(("up to", "最高"))
    return stated.high < float("inf") and not is_bound and says("reached", claim.clause)


def _bounds_below(claim: Claim) -> bool:
    """Whether "at least" is meant of every reading: never below 0."""
    return says("never_below", claim.clause)


_DAMP_PERCENT = 5.0
"""A humidity that is stated as steady may be off by this."""


def humidity(claim: Claim, facts: Facts, on: datetime) -> Judged:
    assert isinstance(claim.value, Quantity)
    curves = [each for each in facts.series if "humidity" in each.metric]
    if not curves:
        return UNKNOWN
    driest, dampest = min(each.coldest[1] for each in curves), max(each.warmest[1] for each in curves)
    evidence = (_extremes(each, facts, "%") for each in curves)
    stated, slack = claim.value, _DAMP_PERCENT if claim.value.is_exact or claim.value.about else 1e-9
    if says("reached", claim.clause):
        return is_true(driest - slack / 2 <= stated.high and stated.low <= dampest + slack / 2, *evidence)
    return is_true(stated.low - slack <= driest and dampest <= stated.high + slack, *evidence)


def storage_range(claim: Claim, facts: Facts, on: datetime) -> Judged:
    """Advice on keeping must lie within the range that the goods bear."""
    if facts.storage is None:
        return UNKNOWN
    low, high = facts.storage
    text = f"{low:g} ~ {high:g} °C"
    evidence = Evidence(
        "event", facts.storage_key, {"zh": f"标示的存放温度 {text}", "en": f"storage range on record {text}"}
    )
    if not isinstance(claim.value, Quantity):
        return is_true(high >= 20, evidence)
    stated = claim.value
    inside = (stated.low == -float("inf") or low - 1e-9 <= stated.low) and (
        stated.high == float("inf") or stated.high <= high + 1e-9
    )
    return is_true(inside, evidence)


def _worst(series: Series, facts: Facts) -> Evidence:
    from_ms, to_ms, extreme = max(series.excursions, key=lambda each: abs(each[2]))
    minutes = round((to_ms - from_ms) / 60_000)
    return of_curve(
        series,
        _batch(series, from_ms, to_ms, facts),
        f"超出范围 {minutes} 分钟，极值 {extreme:g} °C",
        f"was out of range for {minutes} minutes, extreme {extreme:g} °C",
    )


def _extremes(series: Series, facts: Facts, unit: str = "°C") -> Evidence:
    (cold_ms, cold), (warm_ms, warm) = series.coldest, series.warmest
    gaps = f"，{len(series.silences)} 段无数据" if series.silences else ""
    gaps_en = f", {len(series.silences)} stretches without data" if series.silences else ""
    return of_curve(
        series,
        _batch(series, warm_ms, warm_ms, facts) or _batch(series, cold_ms, cold_ms, facts),
        f"{cold:g} ~ {warm:g} {unit}{gaps}",
        f"{cold:g} to {warm:g} {unit}{gaps_en}",
    )


def _reading(series: Series, at_ms: int, value: float, facts: Facts) -> Evidence:
    return of_curve(
        series, _batch(series, at_ms, at_ms, facts), f"最新读数 {value:g} °C", f"newest reading {value:g} °C"
    )


def _batch(series: Series, from_ms: int, to_ms: int, facts: Facts) -> str | None:
    """The key of the event whose batch holds these readings; the newest may not be sealed yet."""
    return next((each.key for each in facts.batches_of(series.alias, from_ms, to_ms)), None)
