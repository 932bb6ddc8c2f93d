"""The walk finds what an obvious one finds, which reads every event again for each question it asks."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import (
    CASE,
    FARM,
    FIELD_LOT,
    ITEM,
    LOT,
    OTHER_LOT,
    PALLET,
    a_packing,
    a_sighting,
    an_event,
)
from traceability.epcis.event import Event
from traceability.ledger.capture import as_stored
from traceability.ledger.lineage import lineage
from traceability.proof.history import told_in
from traceability.proof.told import Told, read, words_of, write

GOODS = [FIELD_LOT, LOT, OTHER_LOT, ITEM, CASE, PALLET]
EVER, NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def turned(hours, sources, made, shared):
    fields = {"inputEPCList": sources, "outputEPCList": made}
    more = {"transformationID": "urn:x:1"} if shared else {}
    return an_event(
        "TransformationEvent", hours, **{key: value for key, value in fields.items() if value}, **more
    )


def labelled(hours, lot):
    return an_event(hours=hours, action="ADD", epcList=[ITEM], ilmd={"guoji:lot": lot})


some = st.lists(st.sampled_from(GOODS), max_size=2, unique=True)
hours = st.integers(0, 8)
events = st.one_of(
    st.builds(a_sighting, hours, st.sampled_from(GOODS)),
    st.builds(labelled, hours, st.sampled_from([LOT, OTHER_LOT])),
    st.builds(turned, hours, some, some, st.booleans()),
    st.builds(
        a_packing, hours, st.sampled_from([CASE, PALLET]), some, some, st.sampled_from(["ADD", "DELETE"])
    ),
)


class Slow:
    """Goes from goods to goods, each with the time for which it belongs; by event bodies alone."""

    def __init__(self, stored):
        self.stored = sorted(stored, key=lambda each: (each.event.event_time, each.key))
        self.found = set()
        self.seen = set()

    def of(self, thing, start, end):
        for each in self.stored:
            roles = each.event.identifiers_by_role()
            if start <= each.event.event_time <= end and any(thing in named for named in roles.values()):
                yield each, roles

    def left(self, content, box, after, end):
        for each, roles in self.of(box, EVER, end):
            body = each.event.body
            is_later = (each.event.event_time, each.key) > after
            unpacks = body["type"] == "AggregationEvent" and body["action"] == "DELETE"
            if is_later and unpacks and box in roles["parent"] and content in (roles["child"] or [content]):
                return each.event.event_time
        return end

    def visit(self, thing, start, end, opened):
        if (thing, start, end, opened) in self.seen:
            return
        self.seen.add((thing, start, end, opened))
        for each, roles in list(self.of(thing, start, end)):
            self.found.add(each.key)
            at, body = each.event.event_time, each.event.body
            if thing in roles["output"]:
                self.sources(each, roles)
            if thing in roles["epc"] and "ilmd" in body:
                self.visit(body["ilmd"]["guoji:lot"], EVER, NEVER, False)
            if body["type"] == "AggregationEvent" and body["action"] == "ADD":
                if thing in roles["child"]:
                    for box in roles["parent"]:
                        self.visit(box, at, self.left(thing, box, (at, ""), end), False)
                if opened and thing in roles["parent"]:
                    for child in roles["child"]:
                        self.visit(child, EVER, self.left(child, thing, (at, each.key), end), True)

    def sources(self, turning, roles):
        shared = turning.event.body.get("transformationID")
        parts = [each for each in self.stored if shared and each.event.body.get("transformationID") == shared]
        for part in parts or [turning]:
            for source in part.event.identifiers_by_role()["input"]:
                self.visit(source, EVER, part.event.event_time, False)


@settings(max_examples=150, deadline=None)
@given(st.lists(events, min_size=1, max_size=9), st.sampled_from(GOODS))
def test_the_walk_finds_what_the_obvious_one_finds(told, subject):
    stored = {
        each.key: each for each in (as_stored(event, FARM, n, n.to_bytes(16)) for n, event in enumerate(told))
    }
    slow = Slow(stored.values())
    slow.visit(subject, EVER, NEVER, True)

    line = lineage(subject, told_in(map(Told.of, stored.values())))

    assert {each.key for each in line.told} == slow.found
    assert [(each.at, each.key) for each in line.told] == sorted((each.at, each.key) for each in line.told)


@given(events)
def test_the_row_of_an_event_gives_back_its_words(event: Event):
    words = words_of(event)

    assert read(write(words)) == words
