"""Names of places and varieties that a clause claims for the goods."""

import re
from collections.abc import Iterator
from functools import lru_cache

from traceability.claims.data import load, pattern
from traceability.claims.normal import normal
from traceability.claims.quantities import Span

_PLACES = load("places")
_VARIETIES = load("varieties")
_BEFORE_EN, _AFTER_EN, _GROWN_EN, _NOT_EN, _AFTER_ZH, _NOT_AFTER_ZH, _NAMED_BEFORE_ZH = (
    pattern([_PLACES[name]])
    for name in ("before_en", "after_en", "grown_en", "not_en", "after_zh", "not_after_zh", "before_zh")
)
_ALONE_BEFORE_ZH, _ALONE_AFTER_ZH = (
    pattern([_PLACES[name]]) for name in ("alone_before_zh", "alone_after_zh")
)
_PARENT = {zh: parent for zh, _, parent in _PLACES["places"]}
_BY_NAME = {name: zh for zh, en, _ in _PLACES["places"] for name in (zh, en)}
_PLACE = pattern(
    rf"\b{re.escape(name)}\b" if name.isascii() else name for name in sorted(_BY_NAME, key=len, reverse=True)
)
_SAME = {name: names[0] for names in (*_VARIETIES["varieties"], *_VARIETIES["kinds"]) for name in names}
_VARIETY = pattern(
    rf"\b{name}" if name[0].isascii() else name for name in sorted(_SAME, key=len, reverse=True)
)
_KINDS = {names[0] for names in _VARIETIES["kinds"]}
_IS = pattern([_VARIETIES["is_zh"], _VARIETIES["is_en"]])
_IS_KIND, _NOT_A_CLAIM, _NOT_AFTER = (
    pattern([_VARIETIES[name]]) for name in ("is_kind", "not_a_claim", "not_after")
)


def places_in(clause: str) -> Iterator[tuple[str, Span]]:
    """The place, by its Chinese name, that the goods are said to come from."""
    for match in _PLACE.finditer(clause):
        before, after = clause[: match.start()], clause[match.end() :]
        chinese = not match[0].isascii()
        if _claims_zh(before, after) if chinese else _claims_en(clause, before, after):
            yield _BY_NAME[match[0]], match.span()


def _claims_zh(before: str, after: str) -> bool:
    if _NOT_AFTER_ZH.search(after):
        return False
    opening = _PLACE.sub("", before)
    if (not opening or _ALONE_BEFORE_ZH.search(opening)) and _ALONE_AFTER_ZH.search(after):
        return True
    named_before = _NAMED_BEFORE_ZH.search(before)
    return bool(named_before or _AFTER_ZH.search(after) or _VARIETY.match(after.removeprefix("的")))


def _claims_en(clause: str, before: str, after: str) -> bool:
    if _NOT_EN.search(clause):
        return False
    return bool(_AFTER_EN.search(after) or (_BEFORE_EN.search(before) and _GROWN_EN.search(clause)))


def lies_in(place: str, region: str) -> bool:
    """Whether `place` is `region` or lies in it."""
    while place:
        if place == region:
            return True
        place = _PARENT.get(place, "")
    return False


@lru_cache(maxsize=256)
def places_named(text: str) -> tuple[str, ...]:
    """Every known place that `text` names, by its Chinese name."""
    return tuple(_BY_NAME[match[0]] for match in _PLACE.finditer(normal(text)))


def varieties_in(clause: str) -> Iterator[tuple[str, Span]]:
    """The variety or kind of fruit that the goods are said to be, by its first name."""
    for match in _VARIETY.finditer(clause):
        before, after = clause[: match.start()], clause[match.end() :]
        name = _SAME[match[0]]
        is_said = (_IS_KIND if name in _KINDS else _IS).search(before) or _stands_alone(before, after)
        if is_said and not _NOT_A_CLAIM.search(before) and not _NOT_AFTER.search(after):
            yield name, match.span()


def _stands_alone(before: str, after: str) -> bool:
    """ "Fuji apples!" names the goods; so do "Fuji apples from our orchard" and "烟台的富士"."""
    if _PLACE.sub("", before).removesuffix("的"):
        return False
    rest = _VARIETY.sub("", after).strip(" eisy")
    return not rest or rest.startswith("from ") or after in ("的", "品种", "品种的", "这个品种")


def varieties_named(text: str) -> set[str]:
    return {_SAME[match[0]] for match in _VARIETY.finditer(text)}


def is_kind(name: str) -> bool:
    """Whether `name` is a kind of fruit, not a variety of one."""
    return name in _KINDS
