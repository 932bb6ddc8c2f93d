"""A scan is kept under hints that lead to nobody; a scratch code is guessed by nobody and opened once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.api.samples import NOW, a_body, a_trace, a_traced_event
from tests.ledger.fake_scans import FakeScans, Killed
from traceability.errors import InvalidInput, Unknown
from traceability.gs1 import digital_link, serials
from traceability.ledger.scan import HOUR_MS, Cell
from traceability.ledger.scan_hint import Visitor, hints, network_of
from traceability.ledger.scan_verdict import Crowd, ScanVerdict
from traceability.ledger.scans import (
    MOST_TRIES,
    MOST_TRIES_OF_ALL,
    ODD_FOR_MS,
    SAME_PRESS_MS,
    Scans,
    ScratchAnswer,
    handed_on_ms,
    item_of,
)

KEY = bytes(range(32))
GTIN = "09521234000020"
SERIAL = serials.issue(KEY, GTIN, b"abcde")
ITEM = digital_link.item(GTIN, SERIAL)
CODE = serials.scratch_code(KEY, GTIN, SERIAL)
PHONE = Visitor("203.0.113.7", "Mozilla/5.0 (iPhone) MicroMessenger", "zh-CN")
OTHER = replace(PHONE, agent="Mozilla/5.0 (Linux; Android 14)")
ELSEWHERE = replace(OTHER, address="198.51.100.9")
NOW_MS = int(NOW.timestamp() * 1000)


class World:
    """Scans of one item that was last handed on four hours ago."""

    def __init__(self, **fields):
        self.store, self.now_ms = FakeScans(), NOW_MS
        self.trace = a_trace(subject=ITEM, events=(a_traced_event(a_body("shipping", 4, "shop")),), **fields)
        self.scans = Scans(self.store, self._trace, KEY, 30, lambda: self.now_ms)

    def _trace(self, item):
        if item != ITEM:
            raise Unknown("nothing")
        return self.trace

    def seen(self, visitor=PHONE, cell=None, link=ITEM, after_ms=0, **told) -> ScanVerdict:
        self.now_ms += after_ms
        return self.scans.seen(link, visitor, cell, **told)


@pytest.fixture
def world():
    return World()


def test_the_first_the_same_and_another_phone_are_told_apart(world):
    first, again, other = world.seen(), world.seen(after_ms=60_000), world.seen(ELSEWHERE, after_ms=1)

    assert first.first_ms is None
    assert (again.scans, again.only_mine) == (1, True)
    assert (other.scans, other.devices, other.only_mine) == (2, 1, False)


def test_however_the_link_is_written_it_is_one_item(world):
    world.seen()
    lot = f"HTTPS://GUOJI.EXAMPLE/01/{GTIN}/10/A/21/{SERIAL}?3103=000250"

    assert world.seen(link=lot).scans == 1


@pytest.mark.parametrize("link", [f"https://x.cn/01/{GTIN}/10/A", "https://x.cn/", "果迹", ""])
def test_what_is_no_item_is_not_kept(world, link):
    with pytest.raises(InvalidInput):
        world.seen(link=link)

    assert world.store.known == {}


def test_an_item_that_nobody_recorded_is_not_kept(world):
    with pytest.raises(Unknown):
        world.seen(link=digital_link.item(GTIN, "0"))

    assert world.store.known == {}


def test_a_scan_before_the_goods_were_handed_on_is_the_trades(world):
    world.now_ms = NOW_MS - 5 * HOUR_MS
    world.seen()
    verdict = world.seen(ELSEWHERE, after_ms=5 * HOUR_MS)

    assert (verdict.first_ms, verdict.apart) == (None, 1)


@pytest.mark.parametrize("fields", [{"voided": True}, {"claimed": True}])
def test_whoever_only_claims_to_have_shipped_it_hides_no_scans(world, fields):
    lie = a_traced_event(a_body("shipping", -1, "shop"), **fields)
    world.seen()
    world.trace = replace(world.trace, events=(*world.trace.events, lie))

    assert world.seen(ELSEWHERE, after_ms=2 * HOUR_MS).scans == 1


def test_a_hand_over_that_is_dated_in_the_future_counts_from_when_it_was_recorded(world):
    world.seen(after_ms=HOUR_MS)
    ahead = replace(a_traced_event(a_body("shipping", -9_999, "shop")), captured_at=NOW)
    world.trace = replace(world.trace, events=(*world.trace.events, ahead))

    assert handed_on_ms(world.trace) == NOW_MS
    assert world.seen(ELSEWHERE, after_ms=HOUR_MS).scans == 1


def test_whoever_hands_goods_on_every_minute_hides_no_copies(world):
    for number in range(12):
        world.seen(replace(PHONE, address=f"10.0.{number}.1"), after_ms=60_000)
        again = replace(
            a_traced_event(a_body("shipping", 0, "shop")), captured_at=NOW + timedelta(minutes=number)
        )
        world.trace = replace(world.trace, events=(*world.trace.events, again))
    verdict = world.seen(ELSEWHERE, after_ms=1)

    assert isinstance(verdict.odd[0], Crowd)


def test_what_was_odd_is_told_for_a_week(world):
    for number in range(12):
        world.seen(replace(PHONE, address=f"10.0.{number}.1"))

    assert world.seen(after_ms=ODD_FOR_MS).odd
    assert not world.seen(after_ms=2).odd


def test_an_item_that_is_on_no_goods_any_more_is_listed_with_what_is_odd_of_it(world):
    for number in range(12):
        world.seen(replace(PHONE, address=f"10.0.{number}.1"))
    gone = replace(world.scans, trace=lambda _: world._trace("nothing"))

    assert [item for item, _ in gone.odd(0)] == [ITEM]


def test_a_party_of_the_trade_is_counted_apart_whatever_phone_it_holds(world):
    world.seen(party="9521234000013")
    world.seen(OTHER, party="9521234000013")

    verdict = world.seen()
    assert (verdict.first_ms, verdict.apart) == (None, 2)


def test_a_phone_that_tells_its_place_after_its_scan_is_counted_once(world):
    world.seen()
    verdict = world.seen(cell=Cell(30, 120), is_new=False)

    assert verdict.first_ms is None
    [scan] = world.store.known[ITEM]
    assert (scan.posts, scan.cell, scan.told) == (1, Cell(30, 120), True)


def test_hints_follow_nobody_from_item_to_item_nor_beyond_a_salt():
    at_home = hints(b"salt", ITEM, PHONE, None)

    assert at_home == hints(b"salt", ITEM, replace(PHONE, address="203.0.113.250"), None)
    for other in (
        hints(b"salt", ITEM + "1", PHONE, None),
        hints(b"pepper", ITEM, PHONE, None),
        hints(b"salt", ITEM, replace(PHONE, address="203.0.114.7"), None),
    ):
        assert not set(other) & set(at_home)
    assert hints(b"salt", ITEM, OTHER, None)[1] == at_home[1]
    assert hints(b"salt", ITEM, OTHER, None)[0] != at_home[0]


def test_an_address_is_cut_to_its_network_and_what_is_none_is_one_network():
    v6 = replace(PHONE, address="2001:db8:1:2::3")

    assert hints(b"s", ITEM, v6, None) == hints(b"s", ITEM, replace(v6, address="2001:db8:1:ff::9"), None)
    for odd in ("", "testclient", "203.0.113.7.9:80", "[::"):
        device, network = hints(b"s", ITEM, replace(PHONE, address=odd), None)
        assert device == network == hints(b"s", ITEM, replace(PHONE, address=""), None)[1]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7:4711", "203.0.113.0/24"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("[::ffff:203.0.113.7]:443", "203.0.113.0/24"),
        ("64:ff9b::cb00:7107", "203.0.113.0/24"),
        ("2002:cb00:7107::1", "203.0.113.0/24"),
        ("[2001:db8:1:2::3]:443", "2001:db8:1::/48"),
        ("[2001:db8:1:2::3]", "2001:db8:1::/48"),
        ("::1", "::/48"),
    ],
)
def test_one_network_has_one_name_however_a_socket_or_a_proxy_writes_its_addresses(address, network):
    assert network_of(address) == network


def test_of_whom_no_address_is_known_nobody_is_told_that_they_were_here_before(world):
    nobody = replace(PHONE, address="unknown")
    world.scans.seen(ITEM, nobody, None)

    seen = world.scans.seen(ITEM, nobody, None)

    assert (seen.scans, seen.only_mine) == (1, False)


def test_nothing_that_a_request_shows_is_kept(world):
    world.seen()

    kept = repr(world.store.known)
    assert not any(shown in kept for shown in ("203.0.113", "iPhone", "zh-CN"))


def test_a_scratch_code_is_opened_once_and_the_next_is_told_when(world):
    assert world.scans.scratch(ITEM, CODE, PHONE) == ScratchAnswer(True)
    world.now_ms += HOUR_MS

    assert world.scans.scratch(ITEM, CODE, ELSEWHERE) == ScratchAnswer(True, NOW_MS)


def test_whoever_presses_again_on_the_same_phone_is_still_the_first_for_minutes(world):
    world.scans.scratch(ITEM, CODE, PHONE)
    world.now_ms += SAME_PRESS_MS
    assert world.scans.scratch(ITEM, CODE, PHONE).opened_at_ms is None

    assert world.scans.scratch(ITEM, CODE, OTHER).opened_at_ms == NOW_MS
    world.now_ms += 1
    assert world.scans.scratch(ITEM, CODE, PHONE).opened_at_ms == NOW_MS


def test_a_few_tries_an_hour_and_no_more_even_with_the_right_code(world):
    for _ in range(MOST_TRIES):
        assert world.scans.scratch(ITEM, "00000000", PHONE) == ScratchAnswer(False)

    refused = world.scans.scratch(ITEM, CODE, PHONE)
    assert not refused.is_right
    assert 0 < refused.wait_ms <= HOUR_MS
    world.now_ms += refused.wait_ms
    assert world.scans.scratch(ITEM, CODE, PHONE).is_right


def test_whoever_uses_up_their_tries_leaves_the_buyers(world):
    for number in range(MOST_TRIES * 5):
        assert not world.scans.scratch(ITEM, "00000000", replace(OTHER, agent=f"{number}")).is_right

    assert world.scans.scratch(ITEM, CODE, ELSEWHERE) == ScratchAnswer(True)


def test_nobody_guesses_from_many_networks(world):
    for number in range(MOST_TRIES_OF_ALL):
        world.scans.scratch(ITEM, "00000000", replace(PHONE, address=f"10.{number // 100}.{number % 100}.1"))

    assert world.scans.scratch(ITEM, CODE, PHONE).wait_ms


def test_a_kill_before_the_answer_costs_a_try_and_tells_nothing(world):
    world.store.dies = "tried"
    with pytest.raises(Killed):
        world.scans.scratch(ITEM, CODE, PHONE)

    assert world.store.openings == {}
    assert list(world.store.tries.values()) == [1]


def test_a_kill_after_the_opening_makes_nobody_a_copy(world):
    world.store.dies = "opened"
    with pytest.raises(Killed):
        world.scans.scratch(ITEM, CODE, PHONE)
    world.now_ms += 60_000

    assert world.scans.scratch(ITEM, CODE, PHONE) == ScratchAnswer(True)


def test_an_items_name_is_its_product_and_serial():
    assert item_of(f"https://x.cn/01/{GTIN}/10/A/21/{SERIAL}") == ITEM
