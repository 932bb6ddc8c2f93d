"""Codes leave once they are committed to, never go beyond the lot, and are active by events that stand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from tests.builders import (
    CASE,
    FARM,
    FIELD,
    FIELD_LOT,
    ITEM,
    LOT,
    OTHER_LOT,
    a_harvest,
    a_pack_out,
    a_packing,
    an_event,
)
from tests.fakes import Crash
from traceability.epcis.event import Event
from traceability.errors import InvalidInput, NotAuthorised, Unavailable, Unknown
from traceability.gs1 import serials
from traceability.ledger.capture import capture
from traceability.ledger.codes import Codes
from traceability.ledger.codes_events import Labelling
from traceability.ledger.codes_gtins import FRESH_S, Gtins
from traceability.ledger.codes_issue import Wanted
from traceability.ledger.over_issue import OverIssue
from traceability.ledger.parties import Party
from traceability.ledger.permission import Permission
from traceability.proof.balance import balance
from traceability.proof.told import labels_of
from traceability.store.codes import CodeTable
from traceability.store.events import EventTable, pending
from traceability.store.migrate import migrate
from traceability.store.parties import PartyTable
from traceability.store.schema import open_engine

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
KEY = b"k" * 32
PACKER, STRANGER = "9521234000020", "9521234000037"
LABELLED = Labelling(FARM, NOW, FIELD)
GTIN = "09521234000020"


class Installation:
    """Codes over a real store."""

    def __init__(self, url):
        self.engine = open_engine(url, create=True)
        migrate(self.engine)
        self.events, self.parties = EventTable(self.engine), PartyTable(self.engine)
        self.codes = self.open()

    def open(self, **changes):
        """As a process does that starts anew."""
        permission = Permission(self.parties.register, self.events)
        return Codes(
            **{
                "store": CodeTable(self.engine),
                "events": self.events,
                "register": self.parties.register,
                "permission": permission,
                "prover": None,
                "key": lambda: KEY,
                "gtins": Gtins(CodeTable(self.engine).beside_others),
                "now": lambda: NOW,
                **changes,
            }
        )

    def capture(self, *events, party=FARM, at_ms=5):
        return capture(events, party, self.events, at_ms)

    def harvest(self):
        """28 kg of the lot."""
        self.capture(a_harvest(0), a_pack_out(3))


@pytest.fixture
def here(tmp_path):
    installation = Installation(f"sqlite:///{tmp_path / 'store.db'}")
    yield installation
    installation.engine.dispose()


def wanted(count, lot=LOT, party=FARM, each="0.5", **more):
    return Wanted(lot, count, party, each=None if each is None else Decimal(each), **more)


def declared_wrong(event):
    declaration = {"declarationTime": event.body["eventTime"], "reason": "did_not_occur"}
    return Event({**event.body, "errorDeclaration": declaration}, event.context)


def all_codes(here):
    return [each for kept in here.codes.sets() for each in here.codes.store.codes(kept.number)]


def test_issued_codes_pass_their_check_and_the_log_has_the_root_before_anybody_sees_them(here):
    here.harvest()

    found = here.codes.issue(wanted(50))

    assert len(set(found.serials)) == 50
    for serial in found.serials:
        serials.check(KEY, GTIN, serial)
    event = here.events.by_key(found.event_key).event
    assert event.step == "encoding"
    assert event.body["guoji:codeSet"] == {
        "guoji:root": found.root.hex(),
        "guoji:count": 50,
        "guoji:netContent": {"guoji:value": 0.5, "guoji:uom": "KGM"},
    }
    assert event.identifiers_by_role()["class"] == [LOT]
    with here.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(pending)) == 3


def test_an_issue_changes_no_balance_and_the_party_that_issues_does_not_hold_the_goods_by_it(here):
    here.harvest()
    issue = OverIssue(here.events)
    before = balance(issue.all_events(LOT), LOT)

    here.codes.issue(wanted(50, party=PACKER))

    assert balance(issue.all_events(LOT), LOT) == before
    words = [told.words for told in here.events.telling([LOT])[LOT] if told.submitter == PACKER]
    assert [(each.made, each.receivers, each.leads_on) for each in words] == [(frozenset(), (), False)]


@pytest.mark.parametrize("moment", ["before the commit", "after the commit"])
def test_whoever_crashes_while_issuing_has_either_nothing_or_a_set_to_go_on_with(here, moment):
    here.harvest()
    seen = []

    class Crashing(CodeTable):
        def keep(self, new, drawn, tiles, event, most):
            seen.extend(drawn)
            if moment == "before the commit":
                # The last table that is written: all the rest is there, and must go again.
                super().keep(new, drawn, {(0, 0): None}, event, most)
            super().keep(new, drawn, tiles, event, most)
            raise Crash

    crashing = here.open(store=Crashing(here.engine))
    with pytest.raises((Crash, Unavailable)):
        crashing.issue(wanted(50))

    encodings = [each for each in here.events.telling([LOT])[LOT] if each.words.step == "encoding"]
    if moment == "before the commit":
        assert (here.codes.sets(), all_codes(here), encodings) == ([], [], [])
        assert len(here.codes.issue(wanted(56)).serials) == 56
    else:
        [kept] = here.codes.sets()
        assert here.codes.give_out(kept.number).serials == tuple(seen)
        assert [each.key for each in encodings] == [kept.event_key]


def test_more_codes_than_the_lot_can_bear_are_refused_and_the_sentence_says_how_many_are_left(here):
    here.harvest()
    here.codes.issue(wanted(50))

    with pytest.raises(InvalidInput) as refusal:
        here.codes.issue(wanted(7))

    assert str(refusal.value) == (
        f"{LOT} has goods for 56 codes, 50 are issued: 6 are left, asked were 7; capture what else was "
        "harvested, or withdraw codes that will not be used (`guoji codes withdraw`)"
    )
    assert len(here.codes.issue(wanted(6)).serials) == 6


def test_codes_on_goods_count_once_and_goods_that_are_packed_loose_bear_none(here):
    here.harvest()
    first = here.codes.issue(wanted(20))
    assert sum(here.codes.activate(first.kept.number, LABELLED)) == 20
    loose = [{"epcClass": LOT, "quantity": 10, "uom": "KGM"}]
    here.capture(
        an_event("AggregationEvent", 6, action="ADD", parentID=CASE, childQuantityList=loose), at_ms=10**13
    )

    with pytest.raises(InvalidInput, match="16 are left"):
        here.codes.issue(wanted(17))
    here.capture(a_packing(7, CASE, action="DELETE"), at_ms=10**13)
    assert len(here.codes.issue(wanted(36)).serials) == 36


def test_a_lot_that_is_counted_in_pieces_has_one_code_for_each(here):
    goods = [{"epcClass": LOT, "quantity": 2, "uom": "DZN"}]
    here.capture(an_event(action="ADD", bizStep="commissioning", quantityList=goods))

    with pytest.raises(InvalidInput, match="leave out what one holds"):
        here.codes.issue(wanted(24))
    with pytest.raises(InvalidInput, match="24 are left, asked were 25"):
        here.codes.issue(wanted(25, each=None))
    found = here.codes.issue(wanted(24, each=None))
    assert sum(here.codes.activate(found.kept.number, LABELLED)) == 24
    assert OverIssue(here.events).faults([], FARM) == []


def test_a_lot_in_kilograms_needs_to_know_what_one_item_holds(here):
    here.harvest()

    with pytest.raises(InvalidInput, match=r"the lot is counted in KGM: .* --each 0.3"):
        here.codes.issue(wanted(1, each=None))


def test_a_lot_of_which_nobody_recorded_anything_has_codes_only_when_told_so_and_is_bound_later(here):
    with pytest.raises(InvalidInput, match="nobody has recorded yet how much there is"):
        here.codes.issue(wanted(40))
    here.codes.issue(wanted(40, unrecorded=True))

    here.harvest()
    with pytest.raises(InvalidInput, match="16 are left"):
        here.codes.issue(wanted(17, unrecorded=True))


def test_two_issues_at_one_moment_do_not_together_go_beyond_the_lot(here):
    here.harvest()

    class Overtaken(CodeTable):
        """Another process issues between the look at the lot and the commit."""

        def names_serials_of(self, gtin):
            return False

        def keep(self, *arguments):
            here.codes.issue(wanted(30))
            return super().keep(*arguments)

    with pytest.raises(InvalidInput, match="26 are left, asked were 30"):
        here.open(store=Overtaken(here.engine)).issue(wanted(30))
    assert [kept.count for kept in here.codes.sets()] == [30]


def test_who_may_not_make_the_goods_issues_no_codes_and_who_may_can_make_them_active(here):
    here.harvest()
    here.parties.keep(Party(FARM, "farm", ("952123400002",), makers=(PACKER,)))

    with pytest.raises(NotAuthorised, match=f"is of party {FARM}: only it, and who makes goods for it"):
        here.codes.issue(wanted(1, party=STRANGER))
    found = here.codes.issue(wanted(3))
    with pytest.raises(NotAuthorised, match="not for party"):
        list(here.codes.activate(found.kept.number, Labelling(STRANGER, NOW, None)))
    assert list(here.codes.activate(found.kept.number, Labelling(PACKER, NOW, None))) == [3]


def test_a_serial_that_was_drawn_before_is_drawn_again(here):
    here.harvest()
    repeating = iter(
        [b"aaaaa", b"aaaaa", b"bbbbb", b"s" * 32, b"n" * 16, b"bbbbb", b"ccccc", b"t" * 32, b"m" * 16]
    )
    codes = here.open(random=lambda _: next(repeating))

    first, second = codes.issue(wanted(2)).serials, codes.issue(wanted(1)).serials

    made = [serials.issue(KEY, GTIN, each * 5) for each in (b"a", b"b", b"c")]
    assert [*first, *second] == made


def test_a_gtin_whose_serials_others_make_needs_a_word_and_then_no_serial_is_called_forged(here):
    here.harvest()
    here.capture(an_event(action="ADD", epcList=[ITEM]))
    assert not here.codes.issues_for(GTIN)

    with pytest.raises(InvalidInput, match="--beside-others"):
        here.codes.issue(wanted(1))
    here.codes.issue(wanted(1, beside_others=True))
    here.codes.issue(wanted(1))
    assert not here.codes.issues_for(GTIN)


def test_a_gtin_is_ours_from_the_first_issue_on(here):
    here.harvest()
    assert not here.codes.issues_for(GTIN)

    here.codes.issue(wanted(1))

    assert here.codes.issues_for(GTIN)
    assert not here.codes.issues_for("09521234000013")


def test_that_a_gtin_is_ours_is_asked_again_after_a_moment_and_that_it_is_not_at_every_scan(here):
    asked, time_s = [], [0.0]

    def beside_others(_gtin):
        asked.append(time_s[0])
        return None if time_s[0] < 1 else False

    gtins = Gtins(beside_others, lambda: time_s[0])
    moments = (0, 0.1, 1, 2, FRESH_S + 0.9, FRESH_S + 1, FRESH_S + 2)
    assert [gtins.are_all_ours(GTIN) for time_s[0] in moments] == [False, False, *[True] * 5]

    assert asked == [0, 0.1, 1, FRESH_S + 1]


def test_codes_are_made_active_in_chunks_and_a_run_that_was_stopped_goes_on_without_doubling(here):
    here.capture(a_harvest(0, lot=LOT, kg=200))
    found = here.codes.issue(wanted(250))
    run = here.codes.activate(found.kept.number, LABELLED)
    assert next(run) == 100
    run.close()

    assert list(here.codes.activate(found.kept.number, LABELLED)) == [100, 50]
    assert list(here.codes.activate(found.kept.number, LABELLED)) == []
    named = [each.roles["epc"] for each in here.events.telling([labels_of(LOT)])[labels_of(LOT)]]
    assert sorted(map(len, named)) == [50, 100, 100]
    assert len(frozenset().union(*named)) == 250


def test_codes_of_a_lot_that_was_packed_out_since_are_not_made_active(here):
    here.capture(a_harvest(0))
    on_the_field = here.codes.issue(wanted(60, lot=FIELD_LOT))
    here.capture(a_pack_out(3), at_ms=6)
    packed = here.codes.issue(wanted(56))

    assert sum(here.codes.activate(packed.kept.number, LABELLED)) == 56
    with pytest.raises(InvalidInput, match="has goods for 0 more items, 60 codes would be made active"):
        list(here.codes.activate(on_the_field.kept.number, LABELLED))


def test_a_harvest_that_was_corrected_bounds_the_codes_that_were_issued_before(here):
    picked = a_harvest(0, lot=LOT, kg=60)
    here.capture(picked)
    found = here.codes.issue(wanted(120))
    here.capture(declared_wrong(picked), at_ms=6)
    with pytest.raises(InvalidInput, match="is not recorded, or not all of it in one unit"):
        list(here.codes.activate(found.kept.number, LABELLED))
    here.capture(a_harvest(1, lot=LOT, kg=6), at_ms=7)

    with pytest.raises(InvalidInput, match="has goods for 12 more items, 120 codes"):
        list(here.codes.activate(found.kept.number, LABELLED))
    assert sum(here.codes.activate(found.kept.number, LABELLED, found.serials[:12])) == 12


def test_codes_of_a_lot_of_which_nothing_is_recorded_are_made_active_only_when_told_so(here):
    found = here.codes.issue(wanted(3, unrecorded=True))

    with pytest.raises(InvalidInput, match="--unrecorded"):
        list(here.codes.activate(found.kept.number, LABELLED))
    assert sum(here.codes.activate(found.kept.number, LABELLED, unrecorded=True)) == 3


def test_an_event_that_comes_while_codes_are_withdrawn_makes_none_active(here):
    here.harvest()
    found = here.codes.issue(wanted(1))
    item = found.kept.item(found.serials[0])

    class Overtaken(CodeTable):
        def withdraw(self, *arguments):
            here.capture(a_packing(6, CASE, units=[item]), at_ms=NOW_MS)
            return super().withdraw(*arguments)

    clock = iter([NOW, NOW + timedelta(seconds=1)])
    codes = here.open(store=Overtaken(here.engine), now=lambda: next(clock))
    assert codes.withdraw(found.kept.number, FARM) == (1, 0)

    assert here.codes.status_of(item).activation is None


def test_who_may_no_longer_make_the_goods_makes_no_code_of_them_active(here):
    here.harvest()
    found = here.codes.issue(wanted(1))

    here.parties.keep(Party(PACKER, "owner", ("952123400002",)))

    with pytest.raises(NotAuthorised, match="brings it into being"):
        list(here.codes.activate(found.kept.number, LABELLED))


def test_a_code_is_active_by_the_first_event_that_stands(here):
    here.harvest()
    found = here.codes.issue(wanted(2, may_activate=(PACKER,)))
    one, other = map(found.kept.item, found.serials)
    assert here.codes.status_of(one).activation is None
    packing = a_packing(6, CASE, units=[one, other])

    here.capture(packing, party=STRANGER, at_ms=NOW_MS + 6)
    assert here.codes.status_of(one).activation is None
    [packed] = here.capture(packing, party=PACKER, at_ms=NOW_MS + 7)
    here.capture(an_event(hours=7, action="ADD", epcList=[one], ilmd={"guoji:lot": LOT}), at_ms=NOW_MS + 8)
    found_active = here.codes.status_of(one).activation
    assert (found_active.key, found_active.party, found_active.captured_at_ms) == (
        packed.key,
        PACKER,
        NOW_MS + 7,
    )

    here.capture(declared_wrong(packing), party=PACKER, at_ms=NOW_MS + 9)
    assert here.codes.status_of(one).activation.party == FARM
    assert here.codes.status_of(other).activation is None


def test_a_code_is_active_also_by_the_link_that_carries_its_lot(here):
    here.harvest()
    found = here.codes.issue(wanted(1))

    here.capture(an_event(hours=7, action="ADD", epcList=[f"{LOT}/21/{found.serials[0]}"]), at_ms=NOW_MS)

    assert here.codes.status_of(found.kept.item(found.serials[0])).activation is not None
    assert here.codes.status_of(f"{LOT}/21/{found.serials[0]}").activation is not None


def test_an_item_that_is_labelled_as_another_lot_is_not_active(here):
    here.harvest()
    found = here.codes.issue(wanted(1))
    item = found.kept.item(found.serials[0])

    here.capture(an_event(hours=7, action="ADD", epcList=[item], ilmd={"guoji:lot": OTHER_LOT}), at_ms=NOW_MS)

    assert here.codes.status_of(item).activation is None


def test_an_event_that_came_before_the_code_was_issued_or_after_it_was_withdrawn_does_not_make_it_active(
    here,
):
    here.harvest()
    found = here.codes.issue(wanted(2))
    early, late = map(found.kept.item, found.serials)
    here.capture(an_event(hours=7, action="ADD", epcList=[early]), at_ms=NOW_MS - 1)

    assert here.codes.withdraw(found.kept.number, FARM) == (2, 0)
    here.capture(a_packing(8, CASE, units=[late]), at_ms=NOW_MS)

    assert [here.codes.status_of(item).activation for item in (early, late)] == [None, None]


def test_a_code_that_nobody_issued_has_no_status_and_no_proof(here):
    assert here.codes.status_of(ITEM) is None
    with pytest.raises(Unknown):
        here.codes.proof_of(ITEM)


def test_codes_that_are_on_no_goods_are_withdrawn_and_make_room_and_never_come_again(here):
    here.harvest()
    found = here.codes.issue(wanted(56))
    number = found.kept.number
    assert sum(here.codes.activate(number, LABELLED, found.serials[:10])) == 10

    with pytest.raises(NotAuthorised, match=f"issued by party {FARM}"):
        here.codes.withdraw(number, PACKER)
    assert here.codes.withdraw(number, FARM) == (46, 10)
    assert here.codes.withdraw(number, FARM) == (0, 10)

    assert here.codes.give_out(number).serials == found.serials[:10]
    assert here.codes.sets()[0].withdrawn == 46
    assert here.codes.status_of(found.kept.item(found.serials[20])).code.withdrawn_at_ms is not None
    with pytest.raises(InvalidInput, match="was withdrawn"):
        list(here.codes.activate(number, LABELLED, found.serials[10:11]))
    assert len(here.codes.issue(wanted(46)).serials) == 46


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lot": ITEM}, "is no canonical link of a lot"),
        ({"lot": "https://id.gs1.org/01/09521234000020/22/2A/10/P1"}, "is no canonical link of a lot"),
        ({"count": 0}, "0 codes are asked for"),
        ({"count": 1_000_001}, "1000001 codes are asked for"),
        ({"each": Decimal("0")}, "one item would hold 0"),
        ({"each": Decimal("NaN")}, "one item would hold NaN"),
    ],
)
def test_what_cannot_be_issued_is_refused_with_what_was_found(changes, message):
    with pytest.raises(InvalidInput, match=message):
        Wanted(**{"lot": LOT, "count": 1, "party": FARM, **changes})
