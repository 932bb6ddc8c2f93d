"""Which very thing a page is about: an item's code as it stands on the fruit, what a box holds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from api.present.parties import grown_at
from api.present.recall import called
from api.present.text import plain
from api.words import Words, message
from traceability.errors import InvalidInput
from traceability.gs1 import digital_link
from traceability.ledger.trace import Trace
from traceability.proof.told import Words as Said
from traceability.proof.told import words_of

MOST_NAMED = 6
"""Things under one name; a pallet may hold thousands."""
_TITLES = {"21": message("This very item"), "00": message("This shipping unit")}


@dataclass(frozen=True, slots=True)
class Named:
    name: str
    href: str | None
    """Its own page here; None for what has none."""


@dataclass(frozen=True, slots=True)
class IdentityRow:
    name: str
    things: tuple[Named, ...]
    more: str
    """How many are left out; empty if none is."""


@dataclass(frozen=True, slots=True)
class Identity:
    title: str
    code: str
    """In groups of four, to be compared with what stands on the label."""
    rows: tuple[IdentityRow, ...]


def identity(trace: Trace, words: Words) -> Identity | None:
    """None for a lot or a product, which is many things."""
    code, value = digital_link.parse(trace.subject).path[-1]
    if code not in _TITLES:
        return None
    told = (each.event for each in trace.events if not (each.claimed or each.voided))
    said = [words_of(event) for event in told]
    lots = [each.lot for each in said if each.lot and trace.subject in each.roles["epc"]]
    held = _held(said, trace.subject)
    grown = grown_at(trace, words)
    rows = [
        _row(words.say("Of lot"), lots, words),
        _row(words.say("Packed in"), _inside(said, trace.subject), words),
        _row(words.say("Holds"), (each for each in held if not _is_item(each)), words),
        _row(words.say("Items in it"), filter(_is_item, held), words),
        IdentityRow(words.say("Grown at"), (Named(grown, None),) if grown else (), ""),
    ]
    return Identity(
        words.say(_TITLES[code]), in_fours(plain(value)), tuple(row for row in rows if row.things)
    )


def in_fours(code: str) -> str:
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def _row(name: str, things: Iterable[str], words: Words) -> IdentityRow:
    each_once = list(dict.fromkeys(things))
    left = len(each_once) - MOST_NAMED
    more = words.say_many("and {count} more", "and {count} more", left) if left > 0 else ""
    return IdentityRow(name, tuple(_named(each, words) for each in each_once[:MOST_NAMED]), more)


def _named(thing: str, words: Words) -> Named:
    try:
        kind, value = digital_link.parse(thing).path[-1]
    except InvalidInput:
        return Named(plain(thing), None)
    name = in_fours(plain(value)) if kind == "21" else called(thing, words)
    return Named(name, urlsplit(thing).path if kind in ("00", "10", "21") else None)


def _is_item(thing: str) -> bool:
    return "/21/" in thing


def _held(said: Iterable[Said], box: str) -> list[str]:
    """What lies in `box` after all that was packed into it and taken out; oldest first."""
    inside: dict[str, None] = {}
    for each in said:
        if each.kind != "AggregationEvent" or box not in each.roles["parent"]:
            continue
        children = sorted(each.roles["child"])
        if each.action == "ADD":
            inside |= dict.fromkeys(children)
        elif each.action == "DELETE":
            inside = {thing: None for thing in inside if children and thing not in children}
    return list(inside)


def _inside(said: Iterable[Said], thing: str) -> Iterator[str]:
    """The containers in which `thing` lies now, one for each nesting that was recorded."""
    told = list(said)
    boxes = dict.fromkeys(box for each in told for box in each.roles["parent"] if each.packs)
    return (box for box in boxes if thing in _held(told, box))
