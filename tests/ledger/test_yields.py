"""A plot that gave more than it bears is found on the lots beyond, whatever names the fruit went under."""

from datetime import timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import CONTEXT, FARM, FIELD, START, a_harvest
from tests.fakes import FakeEvents
from traceability.cold_chain.profiles import shipped
from traceability.epcis.event import Event
from traceability.gs1 import digital_link
from traceability.ledger.capture import capture
from traceability.ledger.yields import judge_plots, over_yields
from traceability.proof.plots import Picking, pickings, plots
from traceability.proof.records import makers

OTHER_FIELD = digital_link.place("9521234000013", "PLOT-2")
NEIGHBOUR = "9521234000013"
APPLE = shipped().named("apple")


def lot(number):
    return digital_link.lot("09521234000013", f"F{number}")


def an_apple(_lot):
    return APPLE


def picked(day, number, tonnes, area=None, plot=FIELD, party=FARM, **fields):
    """A harvest, and the party that says so."""
    stated = {} if area is None else {"guoji:area": {"guoji:value": area[0], "guoji:uom": area[1]}}
    place = {"id": plot, **stated}
    return a_harvest(24 * day, lot(number), tonnes * 1000, readPoint=place, **fields), party


def kept(*harvests):
    store = FakeEvents()
    for number, (event, party) in enumerate(harvests):
        capture([event], party, store, number)
    return store


def found(*harvests, of, crop_of=an_apple):
    """Of a trace that comes from these lots."""
    store, lots = kept(*harvests), of if isinstance(of, tuple) else (of,)
    return judge_plots(makers(store.mentioning(map(lot, lots))), store, crop_of)


def test_the_lot_beyond_what_the_plot_bears_is_found_and_the_one_before_is_not():
    season = [picked(0, 1, 150, (1, "HAR")), picked(30, 2, 60)]

    [over] = found(*season, of=2)

    assert (over.lot, over.plot, over.party, over.crop) == (lot(2), FIELD, FARM, APPLE)
    assert (over.hectares, over.bears, over.picked, len(over.events)) == (1, 200_000, 210_000, 2)
    assert found(*season, of=1) == []


def test_what_it_just_bears_is_no_finding():
    assert found(picked(0, 1, 150, (1, "HAR")), picked(30, 2, 50), of=2) == []


def test_the_next_season_begins_anew():
    assert found(picked(0, 1, 150, (1, "HAR")), picked(180, 2, 60), of=2) == []
    assert found(picked(0, 1, 150, (1, "HAR")), picked(179, 2, 60), of=2) != []


def test_nobody_makes_a_plot_larger_by_saying_so_once_more():
    assert found(picked(0, 1, 1, (10_000, "MTK")), picked(1, 2, 250, (2, "HAR")), of=2) != []


def test_an_area_that_was_declared_wrong_counts_no_more():
    wrong, party = picked(0, 1, 1, (1, "HAR"))
    declared = Event({**wrong.body, "errorDeclaration": {"declarationTime": "2026-11-21T00:00:00Z"}}, CONTEXT)

    assert found((wrong, party), (declared, party), picked(1, 2, 250, (2, "HAR")), of=2) == []


def test_what_others_say_of_a_plot_counts_for_nothing():
    honest = picked(0, 1, 150, (1, "HAR"))

    assert found(honest, picked(1, 2, 900, party=NEIGHBOUR), of=1) == []
    assert found(honest, picked(1, 2, 1, (0.0001, "HAR"), party=NEIGHBOUR), of=1) == []
    assert found(honest, picked(1, 1, 900, (1, "HAR"), party=NEIGHBOUR), of=1) == []


def test_growers_of_one_trace_say_nothing_of_each_other():
    honest, theirs = picked(0, 1, 150, (1, "HAR")), picked(0, 2, 5, plot=OTHER_FIELD, party=NEIGHBOUR)
    lie = picked(1, 1, 900, (1, "HAR"), party=NEIGHBOUR)

    assert found(honest, theirs, lie, of=(1, 2)) == []


def test_other_plots_have_harvests_of_their_own():
    assert found(picked(0, 1, 150, (1, "HAR")), picked(1, 2, 60, plot=OTHER_FIELD), of=2) == []


def test_without_an_area_or_a_crop_nothing_is_said():
    assert found(picked(0, 1, 900), of=1) == []
    assert found(picked(0, 1, 900, (1, "HAR")), of=1, crop_of=lambda _lot: None) == []
    unknown = shipped().named("leafy_greens")
    assert found(picked(0, 1, 900, (1, "HAR")), of=1, crop_of=lambda _lot: unknown) == []


def test_no_store_is_asked_where_no_crop_has_a_bound():
    assert judge_plots([*kept(picked(0, 1, 9)).kept.values()], None, lambda _lot: None) == []


def test_pieces_count_by_what_one_holds():
    harvest, _ = picked(0, 1, 1, ilmd={"guoji:netContent": {"guoji:value": 0.5, "guoji:uom": "TNE"}})
    crates = Event({**harvest.body, "quantityList": [{"epcClass": lot(1), "quantity": 100}]}, CONTEXT)

    [each] = pickings(list(kept((crates, FARM)).kept.values()))

    assert each.kilograms == 50_000


def test_a_plot_is_told_with_all_that_records_say_of_it():
    store = kept(picked(0, 1, 2, (1.5, "HAR")), picked(1, 2, 3), picked(2, 3, 4, plot=OTHER_FIELD))

    [plot] = plots(list(store.kept.values()))

    assert (plot.plot, plot.kilograms, plot.hectares, len(plot.events)) == (FIELD, 5_000, Fraction(3, 2), 2)


days = st.integers(0, 400)
amounts = st.integers(1, 120_000).map(Fraction)
areas = st.none() | st.sampled_from([Fraction(1, 2), Fraction(1)])


@given(st.lists(st.tuples(days, st.sampled_from([1, 2, 3]), amounts, areas), max_size=12))
def test_the_seasons_that_slide_are_those_that_are_tried_one_by_one(stories):
    harvests = [
        Picking(f"{number:02}", START + timedelta(days=day), FARM, FIELD, lot(of), kilograms, hectares)
        for number, (day, of, kilograms, hectares) in enumerate(sorted(stories, key=lambda each: each[0]))
    ]

    told = {each.lot: each.picked for each in over_yields(harvests, an_apple, {lot(1), lot(2)})}

    assert told == tried_one_by_one(harvests)


def tried_one_by_one(harvests):
    stated = [each.hectares for each in harvests if each.hectares is not None]
    worst = {}
    for last, each in enumerate(harvests):
        since = each.at - timedelta(days=APPLE.bears.days)
        total = sum(one.kilograms for one in harvests[: last + 1] if one.at > since)
        if stated and total > min(stated) * APPLE.bears.kilograms_per_hectare and each.lot != lot(3):
            worst[each.lot] = max(total, worst.get(each.lot, 0))
    return worst
