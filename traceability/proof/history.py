"""Events by the goods they are about, each asked for once: what walks and custody look things up in."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import NamedTuple

from traceability.proof.told import Told, microseconds, parts_of

ALWAYS = datetime.min.replace(tzinfo=UTC)
FOREVER = datetime.max.replace(tzinfo=UTC)

Telling = Callable[[Iterable[str]], Mapping[str, Sequence[Told]]]
"""The events in which each identifier stands, or which `fittings_of` and its like name; in no order, and
nothing for one that is in none."""

by_time = attrgetter("at_us", "key")
_moment = attrgetter("at_us")


class Span(NamedTuple):
    """The time from `start` to `end`, both included. A tuple: a walk makes and compares thousands."""

    start: datetime = ALWAYS
    end: datetime = FOREVER

    def holds(self, moment: datetime) -> bool:
        return self.start <= moment <= self.end

    def cut(self, other: "Span") -> "Span | None":
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start <= end else None


def declared_wrong(told: Iterable[Told], until_ms: int | None = None) -> set[object]:
    """The names of what their own submitters declared wrong, before `until_ms` if that is given."""
    declarations = [each for each in told if each.is_declaration]
    return {each.name for each in declarations if until_ms is None or each.captured_at_ms < until_ms}


def remembering(telling: Telling) -> Telling:
    """Several walks over one history ask the store for each identifier once."""
    known: dict[str, Sequence[Told]] = {}

    def ask(identifiers: Iterable[str]) -> Mapping[str, Sequence[Told]]:
        wanted = list(identifiers)
        new = [each for each in wanted if each not in known]
        known.update(dict.fromkeys(new, ()))
        known.update(telling(new) if new else {})
        return {each: known[each] for each in wanted if known[each]}

    return ask


def told_in(told: Iterable[Told]) -> Telling:
    """Of events that are all at hand."""
    found: dict[str, list[Told]] = {}
    for each in told:
        for identifier in each.words.found_by:
            found.setdefault(identifier, []).append(each)
    return lambda identifiers: {each: found[each] for each in identifiers if each in found}


class History:
    """What is told of goods; with `until_ms`, as if nothing had been declared wrong from that moment on."""

    def __init__(self, telling: Telling, until_ms: int | None = None) -> None:
        self._telling = telling
        self._until_ms = until_ms
        self._events: dict[str, list[Told]] = {}
        self._known: dict[str, Told] = {}
        """Each event once, by its key, however often it is found."""
        self._wrong: set[object] = set()
        self._declares = False

    def learn(self, identifiers: Iterable[str]) -> None:
        """One query, for those that were not asked for before."""
        new = [each for each in identifiers if each not in self._events]
        found = self._telling(new) if new else {}
        for identifier in new:
            events = [self._known.setdefault(each.key, each) for each in found.get(identifier, ())]
            events.sort(key=by_time)
            self._declares |= any(each.is_declaration for each in events)
            self._wrong.update(declared_wrong(events, self._until_ms))
            self._events[identifier] = events

    def of(self, identifier: str, span: Span) -> list[Told]:
        """Those in this time, by time; none of what was not learned."""
        events = self._events.get(identifier, [])
        first = 0 if span.start == ALWAYS else bisect_left(events, microseconds(span.start), key=_moment)
        end = None if span.end == FOREVER else bisect_right(events, microseconds(span.end), key=_moment)
        return events[first:end]

    def counting(self, identifier: str) -> list[Told]:
        events = self._events.get(identifier, [])
        return [each for each in events if self.counts(each)] if self._declares else events

    def counts(self, told: Told) -> bool:
        """Whether it is neither declared wrong by its own submitter nor such a declaration."""
        return not told.is_declaration and told.name not in self._wrong

    def parts(self, told: Told) -> list[Told]:
        """The events that are one transformation with `told`: one party's, under one transformationID."""
        shared = told.words.transformation
        if shared is None:
            return [told]
        self.learn([parts_of(shared)])
        return [each for each in self.counting(parts_of(shared)) if each.submitter == told.submitter]


def taken_out(content: str, bearer: str, later: Iterable[Told], kind: str) -> Told | None:
    """The first event of this kind by which `content` left `bearer`; one without children empties it."""
    for told in later:
        words = told.words
        if (words.kind, words.action) == (kind, "DELETE") and bearer in words.roles["parent"]:
            children = words.roles["child"]
            if not children or content in children:
                return told
    return None
