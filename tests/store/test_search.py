"""The index finds exactly the events that answer a query, page by page, on each kind of database."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, insert, text

from tests.builders import (
    CASE,
    FARM,
    FIELD,
    FIELD_LOT,
    ITEM,
    LOGGER,
    LOT,
    OTHER_LOT,
    PALLET,
    SHOP,
    START,
    an_event,
)
from traceability.epcis.query.matches import matches
from traceability.epcis.query.parse import parse_query
from traceability.epcis.query.query import Query
from traceability.errors import QueryTooLarge
from traceability.ledger.capture import as_stored, capture
from traceability.store import candidates, events, search
from traceability.store.events import EventTable
from traceability.store.migrate import upgrade
from traceability.store.reindex import index_all_events
from traceability.store.search import EventSearch
from traceability.store.terms import moment, occurring, term

GUOJI = {"guoji": "https://ns.guoji.example/epcis/"}
EPCS = [ITEM, CASE, PALLET, "urn:epc:id:sgtin:9521234.000002.A7"]
LOTS = [FIELD_LOT, LOT, OTHER_LOT]
STEPS = ["shipping", "receiving", "packing", "https://words.example/blanching"]
PLACES = [FIELD, SHOP]


def a_random_event(draw):
    fields = {
        "action": draw.choice(["ADD", "OBSERVE", "DELETE"]),
        "epcList": draw.sample(EPCS, draw.randrange(3)),
    }
    if draw.random() < 0.8:
        fields["bizStep"] = draw.choice(STEPS)
    if draw.random() < 0.5:
        fields["bizLocation"] = {"id": draw.choice(PLACES)}
    if draw.random() < 0.5:
        lot = {"epcClass": draw.choice(LOTS), "quantity": draw.randrange(5), "uom": "KGM"}
        fields["quantityList"] = [lot]
    if draw.random() < 0.3:
        report = {"type": "Temperature", "value": draw.randrange(5), "uom": "CEL"}
        fields["sensorElementList"] = [{"sensorMetadata": {"deviceID": LOGGER}, "sensorReport": [report]}]
    if draw.random() < 0.3:
        fields["guoji:size"] = draw.choice([1, 2, "1", "large", {"guoji:of": 3}])
    if draw.random() < 0.1:
        fields["errorDeclaration"] = {"declarationTime": START.isoformat(), "reason": "did_not_occur"}
    return an_event(hours=draw.randrange(20), place=draw.choice(PLACES), **fields)


def hours(count):
    return (START + timedelta(hours=count)).isoformat()


CONDITIONS = [
    *(("EQ_bizStep", step) for step in (*STEPS, "shipping|packing", "void_shipping")),
    *(("EQ_action", action) for action in ("ADD", "OBSERVE|DELETE")),
    *(("EQ_readPoint", place) for place in PLACES),
    ("EQ_bizLocation", SHOP),
    *(("MATCH_epc", epc) for epc in (*EPCS, f"{ITEM}|{CASE}", "urn:epc:idpat:sgtin:9521234.000002.*")),
    ("MATCH_anyEPC", PALLET),
    ("MATCH_epcClass", FIELD_LOT),
    ("MATCH_anyEPCClass", f"{LOT}|{OTHER_LOT}"),
    ("EQ_quantity_KGM", "1|2"),
    ("GE_quantity", "3"),
    ("LT_value_CEL", "2"),
    ("EQ_deviceID", LOGGER),
    ("EXISTS_errorDeclaration", "true"),
    ("EQ_guoji:size", "1"),
    ("GT_guoji:size", "1"),
    ("EXISTS_INNER_guoji:of", "true"),
    *(("GE_eventTime", hours(count)) for count in (3, 10)),
    ("LT_eventTime", hours(8)),
    ("GE_recordTime", "1970-01-01T00:00:00.003Z"),
    ("LT_recordTime", "1970-01-01T00:00:00.0045Z"),
]
ORDERS = [
    (),
    *(
        (("orderBy", by), ("orderDirection", direction))
        for by in ("eventTime", "recordTime")
        for direction in ("ASC", "DESC")
    ),
]
QUERIES = st.builds(
    lambda conditions, order: parse_query([*dict(conditions).items(), *order], GUOJI),
    st.lists(st.sampled_from(CONDITIONS), max_size=4),
    st.sampled_from(ORDERS),
)


@pytest.fixture
def filled(engine):
    draw, table = random.Random(7), EventTable(engine)
    for recorded_at_ms in range(8):
        capture([a_random_event(draw) for _ in range(25)], FARM, table, recorded_at_ms)
    return engine


def everything(engine):
    found = EventSearch(engine).find(Query(), None, 1000)
    assert found.end is None
    return found.events


def pages(engine, query, at_most):
    finds, after = EventSearch(engine), None
    while True:
        page = finds.find(query, after, at_most)
        assert len(page.events) <= at_most
        yield page.events
        if page.end is None:
            return
        assert page.end != after
        after = page.end


def check_like_the_slow_way(engine, kept, query, at_most):
    found = [each for page in pages(engine, query, at_most) for each in page]

    assert len(found) == len({each.key for each in found})
    assert {each.key for each in found} == {each.key for each in kept if matches(each, query)}
    if query.order_by:
        keys = [
            each.event.event_time if query.order_by == "eventTime" else each.captured_at_ms for each in found
        ]
        assert keys == sorted(keys, reverse=query.descending)


@pytest.mark.parametrize("sorted_at_once", [5_000, 10])
def test_the_index_finds_what_the_slow_way_finds(filled, monkeypatch, sorted_at_once):
    monkeypatch.setattr(candidates, "SORTED_AT_ONCE", sorted_at_once)
    kept = everything(filled)
    assert len(kept) > 150

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(QUERIES, st.integers(1, 60))
    def check(query, at_most):
        check_like_the_slow_way(filled, kept, query, at_most)

    check()


@pytest.mark.parametrize(("window", "read"), [(7, 2_000), (1_000, 20), (7, 20)])
def test_pages_that_end_early_lead_to_the_same_events(filled, monkeypatch, window, read):
    kept = everything(filled)
    monkeypatch.setattr(candidates, "WINDOW", window)
    monkeypatch.setattr(candidates, "MOST_CANDIDATES", 3 * window)
    monkeypatch.setattr(search, "MOST_READ", read)
    monkeypatch.setattr(candidates, "SORTED_AT_ONCE", 40)

    @settings(max_examples=20, suppress_health_check=list(HealthCheck))
    @given(QUERIES, st.integers(1, 60))
    def check(query, at_most):
        check_like_the_slow_way(filled, kept, query, at_most)

    check()


def test_an_index_that_is_filled_later_is_the_same(filled):
    with filled.begin() as connection:
        before = [connection.execute(table.select()).all() for table in (term, moment, occurring)]
        for table in (term, moment, occurring):
            connection.execute(delete(table))
        index_all_events(connection)
        after = [connection.execute(table.select()).all() for table in (term, moment, occurring)]

    assert [sorted(rows) for rows in after] == [sorted(rows) for rows in before]


def test_a_count_that_is_exceeded_is_said_and_one_that_is_not_passes(filled):
    kept = everything(filled)
    finds = EventSearch(filled)

    finds.check_count(parse_query([("maxEventCount", str(len(kept)))], {}))
    with pytest.raises(QueryTooLarge, match=f"more than maxEventCount = {len(kept) - 1} events"):
        finds.check_count(parse_query([("maxEventCount", str(len(kept) - 1))], {}))


def test_what_occurs_is_listed_once_and_page_by_page(filled):
    finds, after, listed = EventSearch(filled), b"", []
    while page := finds.values("bizStep", after, 3):
        listed += [value for _, value in page]
        after = page[-1][0]

    assert sorted(listed) == sorted(STEPS)
    assert finds.occurs("bizStep", "shipping")
    assert not finds.occurs("bizStep", "holding")
    assert not finds.occurs("disposition", "shipping")


def test_the_things_that_occur_are_no_patterns(filled):
    listed = [value for _, value in EventSearch(filled).values("epc", b"", 100)]

    assert len(listed) == len(EPCS)
    assert not [value for value in listed if "*" in value]


def test_no_condition_makes_sqlite_read_a_whole_table(filled):
    if filled.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's plan follows from its statistics")
    asked = set()
    event.listen(filled, "before_cursor_execute", lambda *args: asked.add((args[2], args[3])))
    for condition in CONDITIONS:
        for order in ORDERS:
            EventSearch(filled).find(parse_query([condition, *order], GUOJI), None, 10)

    with filled.connect() as connection:
        plans = {
            row.detail
            for statement, values in list(asked)
            if statement.startswith("SELECT")
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        }
    searched = {detail.split()[1] for detail in plans if detail.startswith("SEARCH")}
    assert searched >= {"event", "term", "moment"}
    assert [detail for detail in plans if detail.startswith(("SCAN event", "SCAN term"))] == []


def test_a_page_asks_a_number_of_questions_that_does_not_grow_with_it(filled):
    asked = []
    event.listen(filled, "before_cursor_execute", lambda *args: asked.append(args[2]))
    finds, query = EventSearch(filled), parse_query([("EQ_action", "OBSERVE|DELETE")], {})

    finds.find(query, None, 3)
    few = len(asked)
    finds.find(query, None, 30)

    assert len(asked) - few == few


def test_an_event_and_its_index_are_kept_in_one_commit(engine):
    table = EventTable(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE occurring"))

    with pytest.raises(Exception, match="occurring"):
        capture([an_event(action="ADD", bizStep="packing")], FARM, table, 5)

    with engine.connect() as connection:
        counts = [
            connection.execute(text(f"SELECT count(*) FROM {name}")).scalar() for name in ("event", "term")
        ]
    assert counts == [0, 0]


def test_times_of_a_query_are_exact_to_the_microsecond(engine):
    capture([an_event(action="ADD", eventTime="2026-11-20T06:00:00.123457Z")], FARM, EventTable(engine), 5)

    def found(name, micro):
        moment_asked = datetime(2026, 11, 20, 6, 0, 0, micro, UTC).isoformat()
        return len(EventSearch(engine).find(parse_query([(name, moment_asked)], {}), None, 9).events)

    assert (found("GE_eventTime", 123457), found("GE_eventTime", 123458)) == (1, 0)
    assert (found("LT_eventTime", 123457), found("LT_eventTime", 123458)) == (0, 1)


def test_events_of_before_the_index_are_found_after_the_migration(empty_engine):
    kept = as_stored(an_event(action="ADD", bizStep="packing"), FARM, 5, bytes(16))
    columns = ("key", "event_hash", "content_digest", "submitter", "captured_at_ms", "entry", "names")
    row = {name: getattr(kept, name) for name in columns}
    with empty_engine.begin() as connection:
        upgrade(connection, "0006")
        texts = {"body": json.dumps(kept.event.body), "context": json.dumps(kept.event.context)}
        connection.execute(insert(events.event).values(**row, **texts, is_harvest=False))
        upgrade(connection, "head")

    page = EventSearch(empty_engine).find(parse_query([("EQ_bizStep", "packing")], {}), None, 9)
    assert [each.key for each in page.events] == [kept.key]


@pytest.mark.parametrize(("module", "name"), [(search, "MOST_READ"), (candidates, "MOST_CANDIDATES")])
def test_a_page_looks_at_no_more_than_its_share_and_says_that_there_is_more(
    filled, monkeypatch, module, name
):
    monkeypatch.setattr(candidates, "WINDOW", 10)
    monkeypatch.setattr(module, name, 20)
    looked = []
    event.listen(filled, "before_cursor_execute", lambda *args: looked.append(args[2]))

    page = EventSearch(filled).find(parse_query([("GE_quantity", "1000")], {}), None, 30)

    assert page.events == ()
    assert page.end is not None
    assert len(looked) < 10


def test_a_page_holds_no_more_text_than_its_share_and_its_pages_lead_to_all_events(filled, monkeypatch):
    finds, query = EventSearch(filled), parse_query([("orderBy", "eventTime")], {})
    whole = finds.find(query, None, 1_000).events
    lengths = [len(json.dumps(each.event.body)) for each in whole]
    monkeypatch.setattr(search, "LARGEST_PAGE", max(lengths) * 3)

    pages = [finds.find(query, None, 1_000)]
    while pages[-1].end is not None:
        pages.append(finds.find(query, pages[-1].end, 1_000))

    assert [each.key for page in pages for each in page.events] == [each.key for each in whole]
    assert max(len(page.events) for page in pages) < len(whole)
    assert all(page.events for page in pages[:-1])


def test_an_event_that_is_larger_than_a_page_is_a_page_by_itself(filled, monkeypatch):
    monkeypatch.setattr(search, "LARGEST_PAGE", 1)

    page = EventSearch(filled).find(Query(), None, 30)

    assert len(page.events) == 1
    assert page.end is not None
