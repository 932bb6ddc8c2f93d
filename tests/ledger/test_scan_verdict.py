"""What scans of an item come to: a table of stories, false alarms first."""

from dataclasses import replace

import pytest

from traceability.errors import InvalidInput
from traceability.ledger.scan import DAY_MS, HOUR_MS, Cell, Scan, Scanned
from traceability.ledger.scan_verdict import Crowd, Flood, Limits, Travel, judge

NOON = 1_790_000_000_000 // DAY_MS * DAY_MS + 4 * HOUR_MS
"""In China."""
MINUTE_MS = 60_000
HANGZHOU, SUZHOU, NANJING, BEIJING, SHENZHEN = (
    Cell(30, 120), Cell(31, 120), Cell(32, 118), Cell(39, 116), Cell(22, 114),
)  # fmt: skip


def a_scan(minutes, phone="a", network=None, cell=None, posts=1, by_party=False, told=False):
    """So many minutes after noon; each phone is in a network of its own unless told."""
    at = NOON + round(minutes * MINUTE_MS)
    network = f"network of {phone}" if network is None else network
    return Scan(at, at, phone.encode(), network.encode(), cell, posts, by_party, told)


def at_both_ends(count=3, here=HANGZHOU, there=BEIJING, apart=30, **fields):
    """So many networks at each end within two minutes, so many minutes apart."""
    return [
        *(a_scan(each, f"here {each}", cell=here, **fields) for each in range(count)),
        *(a_scan(count - 1 + apart + each, f"there {each}", cell=there, **fields) for each in range(count)),
    ]


def a_crowd(count, minutes, network=None):
    return [a_scan(minutes * each / count, f"phone {each}", network) for each in range(count)]


def odd(scans, since_ms=0, **known):
    return judge(Scanned(scans, min((s.first_ms for s in scans), default=None), **known), since_ms).odd


STORIES = {
    "the buyer looks a second time": [a_scan(0), a_scan(60)],
    "the family scans at the table, each over its own network": a_crowd(8, 10),
    "WeChat's browser and then Safari on one phone":
        [a_scan(0, "WeChat", "home"), a_scan(1, "Safari", "home")],
    "a code in a shop is scanned all day": a_crowd(60, 12 * 60),
    "many phones behind one carrier's address": a_crowd(20, 20, "carrier"),
    "a phone leaves the shop's network and is taken to be in the capital of the province":
        at_both_ends(here=SUZHOU, there=NANJING, apart=1),
    "the buyer takes the fruit along on a flight":
        at_both_ends(apart=150),
    "one person makes up a journey with the addresses of a phone at home and on the way":
        [a_scan(0, "a", "v4", HANGZHOU, told=True), a_scan(1, "a", "v6", Cell(43, 87), told=True),
         a_scan(2, "a", "mobile", HANGZHOU, told=True), a_scan(3, "a", "tunnel", Cell(43, 87), told=True)],
    "somebody far away opens a link that was sent on, at home and on the way":
        [*at_both_ends()[:3], a_scan(30, "friend", "v4", BEIJING), a_scan(31, "friend", "v6", BEIJING)],
    "phones whose place nobody knows": [a_scan(0, "a"), a_scan(1, "b", cell=BEIJING), a_scan(2, "c")],
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_nothing_is_odd_about(story):
    assert odd(STORIES[story]) == ()


def test_a_packers_and_a_dealers_scans_before_the_last_hand_over_are_counted_apart():
    before = [*a_crowd(30, 10, "packing hall"), a_scan(24 * 60, "dealer", cell=BEIJING)]
    handed_on_ms = NOON + 25 * HOUR_MS
    after = [a_scan(60 * 60, "buyer", cell=SHENZHEN)]

    verdict = judge(Scanned([*before, *after], before[0].first_ms), handed_on_ms)

    assert (verdict.scans, verdict.apart, verdict.odd) == (1, 31, ())
    assert verdict.first_ms == after[0].first_ms


def test_scans_that_a_party_of_the_trade_signs_in_for_are_counted_apart():
    verdict = judge(Scanned([a_scan(each, "dealer", posts=9, by_party=True) for each in range(9)], NOON), 0)

    assert (verdict.scans, verdict.apart, verdict.first_ms, verdict.odd) == (0, 81, None, ())


def test_a_hand_over_hides_nothing_that_was_odd_before_it():
    crowd = a_crowd(12, 50)
    verdict = judge(Scanned(crowd, NOON), NOON + 2 * HOUR_MS, a_scan(130, "buyer"))

    assert (verdict.first_ms, verdict.apart) == (None, 12)
    assert [each.networks for each in verdict.odd] == [12]


def test_what_was_odd_fades():
    crowd = Scanned(a_crowd(12, 50), NOON)

    assert judge(crowd, 0, odd_from_ms=NOON).odd
    assert not judge(crowd, 0, odd_from_ms=NOON + HOUR_MS).odd


def test_nobody_is_alone_or_comes_again_where_some_looks_are_only_counted():
    verdict = judge(Scanned([a_scan(0)], NOON, not_kept=1), 0, a_scan(60))

    assert not verdict.only_mine


def test_a_sample_that_a_live_host_shows_to_five_thousand_is_not_odd():
    crowd = a_crowd(500, 20)

    assert odd(crowd, sample_since_ms=NOON, not_kept=4_500) == ()
    assert odd(crowd, not_kept=4_500) == (Crowd(crowd[0].first_ms, crowd[-1].first_ms, 500),)


def test_many_phones_in_a_short_time_are_odd():
    assert odd(a_crowd(11, 50)) == ()
    [crowd] = odd(a_crowd(12, 50))

    assert crowd.networks == 12


def test_an_hour_slides_over_the_clocks():
    apart = [*a_crowd(6, 5), *(a_scan(66 + each, f"later {each}") for each in range(6))]
    together = [*a_crowd(6, 5), *(a_scan(55 + each / 9, f"later {each}") for each in range(6))]

    assert odd(apart) == ()
    assert len(odd(together)) == 1


def test_one_person_with_many_phones_made_up_is_told_from_a_crowd():
    flood = [a_scan(each, f"made up {each}", "one", posts=10) for each in range(6)]

    assert odd(flood) == (Flood(NOON, 60, 1),)
    assert odd(flood[:-1]) == ()


def test_a_journey_that_no_flight_makes_is_told_with_both_places_and_times():
    [travel] = odd([*at_both_ends(), a_scan(31, "nowhere")])

    assert (travel.here, travel.there) == (HANGZHOU, BEIJING)
    assert (travel.here_ms, travel.there_ms) == (NOON + 2 * MINUTE_MS, NOON + 32 * MINUTE_MS)
    assert 800 < travel.kilometres < 1_000


def test_a_journey_needs_as_many_witnesses_at_both_ends_and_phones_own_words_count_half():
    assert odd(at_both_ends(2)) == ()
    assert odd(at_both_ends(5, told=True)) == ()
    # Fewer than a crowd, and as few posts as make no flood.
    assert [type(each) for each in odd(at_both_ends(5, told=True) + at_both_ends(3))] == [Travel]


def test_witnesses_may_be_in_the_cell_beside():
    beside = [a_scan(0, "a", cell=SUZHOU), a_scan(0.5, "b", cell=Cell(30, 121))]

    assert odd(beside + at_both_ends(3)[2:])


def test_networks_that_tell_both_places_witness_neither():
    everywhere = [replace(each, network=each.network[-1:]) for each in at_both_ends(4)]

    assert odd(everywhere) == ()


def test_the_scan_that_asks_is_not_counted_but_makes_what_is_odd_odd():
    *others, mine = at_both_ends()
    verdict = judge(Scanned(others, NOON), 0, mine)

    assert (verdict.scans, verdict.devices, verdict.only_mine) == (5, 5, False)
    assert isinstance(verdict.odd[0], Travel)


def test_whoever_is_first_and_whoever_comes_again_are_told_so():
    first = judge(Scanned(), 0, a_scan(0))
    again = judge(Scanned([a_scan(0)], NOON), 0, a_scan(60))
    other = judge(Scanned([a_scan(0), a_scan(1, "b")], NOON), 0, a_scan(60))

    assert (first.first_ms, first.scans, first.only_mine) == (None, 0, True)
    assert (again.first_ms, again.scans, again.only_mine) == (NOON, 1, True)
    assert (other.first_ms, other.devices, other.only_mine) == (NOON, 2, False)


def test_the_first_scan_is_remembered_for_longer_than_its_row():
    assert judge(Scanned([a_scan(0)], NOON - 500 * DAY_MS), 0).first_ms == NOON - 500 * DAY_MS
    assert judge(Scanned([a_scan(0)], NOON - 500 * DAY_MS), NOON - DAY_MS).first_ms == NOON


def test_days_are_those_of_china():
    late = [a_scan(11 * 60), a_scan(13 * 60, posts=2)]

    assert judge(Scanned(late, NOON), 0).days == ((NOON - 12 * HOUR_MS, 1), (NOON + 12 * HOUR_MS, 2))


def test_limits_are_given():
    assert odd(a_crowd(3, 1)) == ()
    assert len(judge(Scanned(a_crowd(3, 1), NOON), 0, limits=Limits(crowd=3)).odd) == 1


@pytest.mark.parametrize(
    ("latitude", "longitude", "cell"),
    [(30.9, 120.01, "30,120"), (-0.5, -0.5, "-1,-1"), (90, 180, "89,-180"), (-90, -180, "-90,-180")],
)
def test_a_place_becomes_its_cell(latitude, longitude, cell):
    assert str(Cell.of(latitude, longitude)) == cell
    assert Cell.read(cell) == Cell.of(latitude, longitude)


@pytest.mark.parametrize("text", ["", "30.5,120", "90,0", "30,180", "30,120,1", "3 0,1"])
def test_what_is_no_cell_is_refused(text):
    with pytest.raises(InvalidInput):
        Cell.read(text)


@pytest.mark.parametrize("place", [(91, 0), (0, 181), (float("nan"), 0), (0, float("inf"))])
def test_a_place_on_no_map_is_refused(place):
    with pytest.raises(InvalidInput):
        Cell.of(*place)


@pytest.mark.parametrize(
    ("cell", "around"),
    [(Cell(30, 120), 9), (Cell(89, 0), 6), (Cell(-90, 0), 6), (Cell(0, 179), 9), (Cell(0, -180), 9)],
)
def test_around_a_cell_lie_those_that_touch_it(cell, around):
    cells = set(cell.around())

    assert len(cells) == around
    assert all(cell.kilometres(each) == 0 for each in cells)
    assert cell in cells


def test_cells_beside_one_another_are_no_distance_apart():
    assert HANGZHOU.kilometres(SUZHOU) == 0
    assert Cell(0, 179).kilometres(Cell(0, -180)) == 0
