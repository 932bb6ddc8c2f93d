"""What hosts command is what the room becomes; what cannot be is refused and changes nothing."""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import settings as with_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.builders import FARM
from traceability.errors import InvalidInput, NameTaken, NotAuthorised, RoomConflict, TraceError, Unknown
from traceability.gs1 import digital_link
from traceability.live.record import Kind, NewRecord
from traceability.live.room import MOST_OFFERS, MOST_POINTS, Correction, Desk, Phase
from traceability.live.rooms import MOST_LISTED, MOST_OPEN, Rooms

LOT = digital_link.lot("09521234000020", "A")
NOW_MS = 1_790_000_000_000


@dataclass
class FakeRooms:
    """Rooms in memory; `overtaken` so many times, somebody else changes a room first."""

    held: dict = field(default_factory=dict)
    digests: dict = field(default_factory=dict)
    given: set = field(default_factory=set)
    records: list = field(default_factory=list)
    overtaken: int = 0

    def create(self, room, key_digest):
        if room.code in self.held:
            raise NameTaken(room.code)
        self.held[room.code], self.digests[room.code] = room, key_digest

    def room(self, code):
        if code not in self.held:
            raise Unknown(code)
        return self.held[code]

    def rooms(self, party, at_most):
        return [each for each in reversed(self.held.values()) if party in (None, each.party)][:at_most]

    def count(self, party):
        return sum(party in (None, each.party) for each in self.held.values())

    def not_ended(self):
        return [each for each in self.held.values() if each.phase is not Phase.ENDED]

    def key_digest(self, code):
        self.room(code)
        return self.digests[code]

    def replace_key(self, code, key_digest):
        self.room(code)
        self.digests[code] = key_digest

    def waiting(self, code):
        return []

    def change(self, room, records=()):
        before = self.held[room.code]
        if self.overtaken:
            self.overtaken -= 1
            before = self.held[room.code] = replace(before, version=before.version + 1)
        if before.version != room.version:
            raise RoomConflict(room.code)
        new = {each.code for each in room.offers} - {each.code for each in before.offers}
        if new & self.given:
            raise NameTaken(room.code)
        self.given |= new
        self.held[room.code] = replace(room, version=room.version + 1)
        self.records += records
        return self.held[room.code]


class Strict:
    """A judge who lets no point pass that holds a digit."""

    def blocks(self, room, offer, point):
        found = any(map(str.isdigit, point.text))
        return NewRecord(NOW_MS, Kind.WARNED, {"of": point.number, "offer": offer.code}) if found else None


@pytest.fixture
def rooms():
    return Rooms(FakeRooms(), lambda subject: not subject.endswith("NONE"), lambda: NOW_MS)


@pytest.fixture
def room(rooms):
    made, _ = rooms.make(FARM, "小李", "果园直播", "zh-CN")
    return made.code


def a_lot(number):
    return digital_link.lot("09521234000020", number)


def offered(rooms, room, *names):
    return [rooms.add_offer(room, a_lot(name), name)[1].code for name in names]


def phases(rooms):
    return [each.body["phase"] for each in rooms.store.records if each.kind is Kind.PHASE]


def test_a_room_is_made_for_a_party_and_opened_by_its_own_key_alone(rooms):
    made, key = rooms.make(FARM, " 小李 ", "果园直播", "zh-CN")
    other, other_key = rooms.make(FARM, "Li", "Orchard", "en")

    assert (made.party, made.host, made.phase, made.version) == (FARM, "小李", Phase.READY, 0)
    assert made.urn.startswith("urn:uuid:")
    assert key not in repr(rooms.store)
    rooms.check_key(made.code, key)
    for wrong in (other_key, "", key + "x", "密钥"):
        with pytest.raises(NotAuthorised):
            rooms.check_key(made.code, wrong)
    with pytest.raises(Unknown):
        rooms.check_key("N0NE00", key)
    assert other.code != made.code


def test_a_new_key_takes_the_place_of_the_one_before(rooms):
    made, first = rooms.make(FARM, "Li", "Orchard", "en")

    second = rooms.new_key(made.code)

    rooms.check_key(made.code, second)
    with pytest.raises(NotAuthorised):
        rooms.check_key(made.code, first)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"host": " "}, "name of the host has 0 characters, want 1 to 40"),
        ({"host": "x" * 41}, "has 41 characters"),
        (
            {"title": "加微信 13800138000"},
            "title of the room has what reads as a Chinese mobile number in it",
        ),
        ({"title": "a\nb"}, r"title of the room has a character that is not shown, U\+000A, as number 2"),
        ({"title": "abc\u202egpj.exe"}, r"U\+202E, as number 4"),
        ({"title": "\ud800"}, r"U\+D800"),
        ({"title": "全网最低价专场"}, "title of the room is '全网最低价专场': nobody may say that of goods"),
        ({"host": "全网第一好果"}, "name of the host is"),
        ({"host": "a\u3164b"}, r"U\+3164, as number 2"),
        ({"lang": "fr"}, "language is 'fr', want zh-CN or en"),
    ],
)
def test_a_room_with_a_hostile_text_is_not_made(rooms, fields, told):
    with pytest.raises(InvalidInput, match=told):
        rooms.make(**{"party": FARM, "host": "Li", "title": "Orchard", "lang": "en", **fields})

    assert not rooms.store.held


def test_a_party_has_only_so_many_open_rooms(rooms):
    made = [rooms.make(FARM, "Li", "Orchard", "en")[0].code for _ in range(MOST_OPEN)]
    with pytest.raises(InvalidInput, match=f"has {MOST_OPEN} rooms that have not ended"):
        rooms.make(FARM, "Li", "Orchard", "en")

    rooms.end(made[0])
    rooms.make(FARM, "Li", "Orchard", "en")


def test_a_code_that_is_given_out_already_is_drawn_again(rooms):
    taken = rooms.make(FARM, "Li", "Orchard", "en")[0].code
    drawn = iter([b"\0" * 6, b"\0" * 6, b"\1" * 6, b"\1" * 6, *(bytes([n]) * 6 for n in (2, 2, 3))])
    drawing = replace(rooms, random=lambda _: next(drawn))

    assert drawing.make(FARM, "Li", "Orchard", "en")[0].code == "000000"
    assert drawing.make(FARM, "Li", "Orchard", "en")[0].code == "111111"
    rooms.store.given.add("111111")
    assert drawing.add_offer(taken, LOT, "Kiwi")[1].code == "222222"
    assert drawing.add_offer(taken, a_lot("P"), "Plum")[1].code == "333333"


@pytest.mark.parametrize(
    ("lot", "error"),
    [
        (digital_link.lot("09521234000020", "NONE"), Unknown),
        (digital_link.item("09521234000020", "1"), InvalidInput),
        (digital_link.sscc("095212340000000013"), InvalidInput),
        ("/01/09521234000020", InvalidInput),
        ("https://evil.example/<script>", InvalidInput),
    ],
)
def test_only_a_lot_that_is_recorded_can_be_offered(rooms, room, lot, error):
    with pytest.raises(error):
        rooms.add_offer(room, lot, "Kiwi")

    assert not rooms.store.room(room).offers


def test_what_names_no_goods_is_answered_with_what_does(rooms, room):
    with pytest.raises(InvalidInput, match=r"'garbage' names no goods: want a link such as .* or \(01\)"):
        rooms.add_offer(room, "garbage", "Kiwi")


@pytest.mark.parametrize("lot", ["(01)09521234000020(10)A", "/01/09521234000020/10/A", LOT])
def test_a_lot_is_named_as_people_have_it(rooms, room, lot):
    assert rooms.add_offer(room, lot, "Kiwi")[1].subject == LOT


def test_a_lot_is_offered_once_in_a_room_however_often_it_is_sent(rooms, room):
    _, first = rooms.add_offer(room, LOT, "Kiwi")
    again, same = rooms.add_offer(room, LOT, "Kiwi again")
    assert (same, again.offers) == (first, (first,))

    rooms.remove_offer(room, first.code)
    assert rooms.add_offer(room, LOT, "Kiwi")[1].code != first.code


@pytest.mark.parametrize("name", ["全网最低价苹果", "", "a\ud800", "x" * 5_000])
def test_no_offer_has_a_name_that_boasts_or_is_none(rooms, room, name):
    with pytest.raises(InvalidInput):
        rooms.add_offer(room, LOT, name)


def test_offers_stand_in_the_order_that_the_host_gives_them(rooms, room):
    a, b, c = offered(rooms, room, "a", "b", "c")

    def order():
        return [each.code for each in rooms.store.room(room).offers]

    rooms.move_offer(room, c, 1)
    assert order() == [c, a, b]
    rooms.move_offer(room, c, 3)
    assert order() == [a, b, c]
    rooms.remove_offer(room, b)
    assert order() == [a, c]
    for place in (0, 3):
        with pytest.raises(InvalidInput, match=f"place {place} for offer {a}, want 1 to 2"):
            rooms.move_offer(room, a, place)


def test_next_goes_through_all_offers_and_says_where_it_ends(rooms, room):
    codes = offered(rooms, room, "a", "b")

    assert [rooms.show_next(room).desk.offer for _ in codes] == codes
    with pytest.raises(InvalidInput, match="no offer after the one that is on"):
        rooms.show_next(room)
    with pytest.raises(InvalidInput, match=f"offer {codes[1]} is on the overlay"):
        rooms.remove_offer(room, codes[1])
    assert rooms.show(room, None).desk.offer is None
    rooms.remove_offer(room, codes[1])
    with pytest.raises(Unknown):
        rooms.show(room, codes[1])


def test_cards_that_are_not_named_stay_as_they_are(rooms, room):
    rooms.show_cards(room, {"cold": False, "lab": False})

    assert rooms.show_cards(room, {"cold": True, "qr": False}).desk.hidden == {"lab", "qr"}
    with pytest.raises(InvalidInput, match="no card 'verdict', want one of cold"):
        rooms.show_cards(room, {"verdict": False})


def test_a_number_of_a_point_is_never_given_out_again(rooms, room):
    (offer,) = offered(rooms, room, "a")
    for text in ("sweet", "ripe"):
        rooms.add_point(room, offer, text)
    rooms.remove_point(room, offer, 2)

    left = rooms.add_point(room, offer, "fresh").offers[0].points
    assert [(each.number, each.text) for each in left] == [(1, "sweet"), (3, "fresh")]
    with pytest.raises(Unknown, match="has no point 2"):
        rooms.remove_point(room, offer, 2)


def test_a_point_that_is_sent_again_is_the_same_point(rooms, room):
    (offer,) = offered(rooms, room, "a")
    before = rooms.add_point(room, offer, "sweet")

    assert rooms.add_point(room, offer, " sweet ") == before
    for number in range(2, MOST_POINTS + 1):
        rooms.add_point(room, offer, f"point {number}")
    assert len(rooms.add_point(room, offer, "sweet").offers[0].points) == MOST_POINTS


def test_the_newest_rooms_are_listed_and_how_many_more_there_are(rooms, room):
    held = rooms.store.held
    held |= {str(number): replace(held[room], code=str(number)) for number in range(MOST_LISTED)}

    listed = rooms.listed(FARM)

    assert (listed.rooms[0].code, len(listed.rooms), listed.more) == (f"{MOST_LISTED - 1}", MOST_LISTED, 1)


@pytest.mark.parametrize(
    "text", ["产地是陕西洛川 13800138000", "电话１３８００１３８０００", "11010519491231002X"]
)
def test_what_no_record_may_bear_is_no_point(rooms, room, text):
    (offer,) = offered(rooms, room, "a")

    with pytest.raises(InvalidInput, match="point has what reads as"):
        rooms.add_point(room, offer, text)


def test_points_stand_on_the_overlay_only_if_the_judge_lets_them(rooms, room):
    a, b = offered(rooms, room, "a", "b")
    for text in ("sweet", "100%", "ripe"):
        rooms.add_point(room, a, text)
    with pytest.raises(InvalidInput, match=f"offer {a} is not on the overlay"):
        rooms.show_points(room, a, {1}, Strict())
    rooms.show(room, a)

    ready = rooms.show_points(room, a, {1, 2}, Strict())
    assert (ready.room.desk.points, ready.blocked.keys(), rooms.store.records) == ({1}, {2}, [])
    rooms.rehearse(room)
    shown = rooms.show_points(room, a, {2, 3}, Strict())

    assert shown.room.desk.points == {3}
    assert rooms.store.records[1:] == [shown.blocked[2]]
    with pytest.raises(Unknown, match="has no point 9"):
        rooms.show_points(room, a, {9}, Strict())
    assert rooms.remove_point(room, a, 3).desk.points == frozenset()
    rooms.show_points(room, a, {1}, Strict())
    assert rooms.show(room, b).desk.points == rooms.show(room, a).desk.points == frozenset()


def test_a_judge_who_cannot_look_lets_nothing_pass(rooms, room):
    (offer,) = offered(rooms, room, "a")
    rooms.add_point(room, offer, "sweet")
    rooms.show(room, offer)

    class Away:
        def blocks(self, *_):
            raise Unknown("no trace")

    with pytest.raises(Unknown, match="no trace"):
        rooms.show_points(room, offer, {1}, Away())
    assert not rooms.store.room(room).desk.points


def test_phases_follow_each_other_and_stand_in_the_records(rooms, room):
    for command, told in ((rooms.end_rehearsal, "it can end the rehearsal only when it is rehearsal"),):
        with pytest.raises(InvalidInput, match=told):
            command(room)
    rooms.rehearse(room)
    for command in (rooms.rehearse, rooms.end):
        with pytest.raises(InvalidInput, match="is rehearsal: it can"):
            command(room)
    with pytest.raises(InvalidInput, match="has no offer: add one before it goes on air"):
        rooms.go_on_air(room)
    (offer,) = offered(rooms, room, "a")
    with pytest.raises(InvalidInput, match="is rehearsal: it can go on air only when it is ready"):
        rooms.go_on_air(room)
    rooms.show(room, offer)
    rooms.end_rehearsal(room)

    assert rooms.go_on_air(room).on_air_at_ms == NOW_MS
    with pytest.raises(InvalidInput, match="is on_air: it can rehearse only when it is ready"):
        rooms.rehearse(room)
    ended = rooms.end(room)
    assert (ended.phase, ended.ended_at_ms, ended.desk) == (Phase.ENDED, NOW_MS, Desk())
    assert phases(rooms) == ["rehearsal", "on_air", "ended"]


def test_a_correction_of_a_rehearsal_does_not_go_on_air(rooms, room):
    offered(rooms, room, "a")
    rehearsing = rooms.rehearse(room)
    corrected = rehearsing.with_desk(Desk(correction=Correction(2, "recalled", NOW_MS)))
    rooms.store.change(corrected)

    assert rooms.end_rehearsal(room).desk.correction is None


def test_nothing_is_commanded_in_a_room_that_has_ended(rooms, room):
    (offer,) = offered(rooms, room, "a")
    before = rooms.end(room)
    commands = (
        lambda: rooms.add_offer(room, LOT, "b"),
        lambda: rooms.remove_offer(room, offer),
        lambda: rooms.add_point(room, offer, "sweet"),
        lambda: rooms.show(room, offer),
        lambda: rooms.show_cards(room, {"qr": False}),
        lambda: rooms.show_points(room, offer, (), Strict()),
        lambda: rooms.rehearse(room),
        lambda: rooms.go_on_air(room),
        lambda: rooms.end(room),
    )
    for command in commands:
        with pytest.raises(InvalidInput, match=f"room {room} has ended"):
            command()

    assert rooms.store.room(room) == before
    assert phases(rooms) == []  # it never was on air


def test_a_command_that_changes_nothing_is_no_change(rooms, room):
    assert rooms.show(room, None) == rooms.show_cards(room, {"qr": True}) == rooms.store.room(room)
    assert rooms.store.room(room).version == 0


def test_a_command_is_given_again_where_somebody_else_was_faster(rooms, room):
    rooms.store.overtaken = 3
    assert len(offered(rooms, room, "a")) == 1

    rooms.store.overtaken = 99
    with pytest.raises(RoomConflict, match="try again"):
        rooms.show_cards(room, {"qr": False})


def test_offers_and_points_are_limited(rooms, room):
    made = rooms.store.room(room)
    (offer,) = offered(rooms, room, "a")
    for number in range(MOST_POINTS):
        rooms.add_point(room, offer, f"point {number}")
    with pytest.raises(InvalidInput, match=f"has {MOST_POINTS} points, want at most"):
        rooms.add_point(room, offer, "more")
    made = rooms.store.room(room)
    rooms.store.held[room] = replace(made, offers=made.offers * MOST_OFFERS)
    with pytest.raises(InvalidInput, match=f"has {MOST_OFFERS} offers, want at most"):
        rooms.add_offer(room, LOT, "more")


class AnyCommands(RuleBasedStateMachine):
    """Whatever is commanded in whatever order: a slow twin says what the desk holds."""

    @initialize()
    def begin(self):
        self.rooms = Rooms(FakeRooms(), lambda _: True, lambda: NOW_MS)
        self.code = self.rooms.make(FARM, "Li", "Orchard", "en")[0].code
        self.order, self.on, self.phase = [], None, "ready"

    def room(self):
        return self.rooms.store.room(self.code)

    def tried(self, command, *args):
        try:
            return command(self.code, *args)
        except TraceError:
            return None

    @rule()
    def add(self):
        if self.tried(self.rooms.add_offer, a_lot(str(len(self.rooms.store.given))), "Kiwi"):
            self.order.append(self.room().offers[-1].code)

    @rule(number=st.integers(0, 3), to=st.integers(0, 4))
    def move(self, number, to):
        if number < len(self.order) and self.tried(self.rooms.move_offer, self.order[number], to):
            self.order.insert(to - 1, self.order.pop(number))

    @rule(number=st.integers(0, 3))
    def remove(self, number):
        if number < len(self.order) and self.tried(self.rooms.remove_offer, self.order[number]):
            assert self.order.pop(number) != self.on

    @rule(number=st.none() | st.integers(0, 3))
    def show(self, number):
        if number is None or number < len(self.order):
            asked = None if number is None else self.order[number]
            if self.tried(self.rooms.show, asked):
                self.on = asked

    @rule()
    def next(self):
        place = 0 if self.on is None else self.order.index(self.on) + 1
        if self.tried(self.rooms.show_next):
            self.on = self.order[place]

    @rule(name=st.sampled_from(["rehearse", "end_rehearsal", "go_on_air", "end"]))
    def into(self, name):
        ways = {
            ("ready", "rehearse"): "rehearsal",
            ("rehearsal", "end_rehearsal"): "ready",
            ("ready", "go_on_air"): "on_air" if self.order else None,
            ("ready", "end"): "ended",
            ("on_air", "end"): "ended",
        }
        way = ways.get((self.phase, name))
        assert bool(self.tried(getattr(self.rooms, name))) == (way is not None)
        self.phase = way or self.phase
        if way == "ended":
            self.on = None

    @invariant()
    def the_twin_agrees(self):
        room = self.room()
        assert [each.code for each in room.offers] == self.order
        assert (room.desk.offer, room.phase) == (self.on, self.phase)


AnyCommands.TestCase.settings = with_settings(max_examples=30, stateful_step_count=25, deadline=None)
TestAnyCommands = AnyCommands.TestCase
