"""A trace says what is stored about the goods, clipped to them; a partner's odd fields read as absent."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from iot_gateway.simulate.encode import encode_message
from tests.builders import (
    FARM,
    FIELD,
    LOGGER,
    LOT,
    PALLET,
    SHOP,
    START,
    a_fitting,
    a_harvest,
    a_packing,
    a_sighting,
    handed_to,
)
from tests.fakes import FakeAnchors, FakeCheckpoints, FakeEvents, FakeLog, FakeRecalls, FakeSealStore
from tests.ledger.fake_personal import FakePersonal
from traceability.cold_chain.profiles import read_profiles, shipped
from traceability.epcis.event import Event
from traceability.errors import Unknown
from traceability.ledger.capture import capture
from traceability.ledger.lineage import MOST_CLAIMS
from traceability.ledger.own_word import OwnWord
from traceability.ledger.parties import Party, Register
from traceability.ledger.prove import Prover
from traceability.ledger.read_trace import TraceReader
from traceability.ledger.recalled import RecallReader
from traceability.ledger.seal import seal
from traceability.ledger.trace import Grade
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.proof.trust import TrustPolicy
from traceability.proof.verdict import Unchecked
from traceability.telemetry.authenticate import message_in
from traceability.telemetry.device import Calibration, Device
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.public_key import Algorithm
from traceability.telemetry.reading import Authenticated, Reading

CARRIER = "9521234000013"
STRANGER = "9521234000020"
START_MS = round(START.timestamp() * 1000)
STAGED = {"en": "simulated", "zh": "模拟"}
VERIFIER = NoteVerifier.of(NoteSigner("guoji.example/log", Ed25519PrivateKey.from_private_bytes(b"l" * 32)))


def at_ms(hours):
    return START_MS + round(hours * 3_600_000)


class World:
    """Events and one logger's readings, and the trace that is read from them."""

    def __init__(self):
        self.events = FakeEvents()
        device = Device("logger-1", LOGGER, CARRIER, {}, FIELD, cold_chain=True, staged=STAGED)
        self.seals = FakeSealStore(device, self.events)
        self.log = log = FakeLog(self.events)
        prover = Prover(log, FakeCheckpoints(), FakeAnchors(), log, self.seals, (VERIFIER,), TrustPolicy())
        self.reader = TraceReader(
            self.events,
            self,
            OwnWord(prover),
            FakePersonal(),
            "private test chain",
            shipped(),
            log,
            RecallReader(FakeRecalls(self.events), Register.of([])),
            self.events,
        )

    def capture(self, *events, party=FARM, owner=CARRIER):
        """The logger's `owner` captures what is said of the logger, `party` the rest."""
        for event in events:
            by = owner if event.kind == "AssociationEvent" else party
            capture([event], by, self.events, START_MS + len(self.events.kept))

    def receive(self, hours, celsius, signer=None):
        number = len(self.seals.arrived) + 1
        how = Authenticated.BROKER if signer is None else Authenticated.SIGNED
        values = {"air_temperature": celsius}
        payload = encode_message("logger-1", 9, number, at_ms(hours), values, signer)
        self.seals.arrived.append(Reading("logger-1", 9, number, at_ms(hours), how, payload))

    def measure(self, celsius_by_hour, seal_each=False):
        for hours, celsius in celsius_by_hour.items():
            self.receive(hours, celsius)
            if seal_each:
                self.seal()
        self.seal()

    def seal(self):
        seal(self.seals, at_ms(10_000), 1, "https://guoji.example")

    def trace(self, subject=LOT):
        return self.reader.read(subject, START + timedelta(days=9))

    def device_with(self, giai):
        return self.seals.device if giai == LOGGER else None

    def readings_between(self, alias, from_ms, to_ms):
        return (each for each in self.seals.arrived if self._within(each, from_ms, to_ms))

    def batch_events_between(self, alias, from_ms, to_ms):
        roots = {
            batch.root.hex()
            for _, batch in self.seals.batches
            if any(self._within(reading, from_ms, to_ms) for reading in batch.readings)
        }
        return [
            key for key, each in self.events.kept.items() if each.event.body.get("guoji:batchRoot") in roots
        ]

    def _within(self, reading, from_ms, to_ms):
        return any(from_ms <= measured.taken_at_ms <= to_ms for measured in message_in(reading).measurements)


@pytest.fixture
def world():
    return World()


def a_packed_lot(ilmd=None, **fields):
    return a_harvest(0, lot=LOT, **({} if ilmd is None else {"ilmd": ilmd}), **fields)


def on_the_pallet_from_2_to_8():
    return [
        a_fitting(1, PALLET, LOGGER),
        a_packing(2, PALLET, [LOT], **handed_to(CARRIER)),
        a_packing(8, PALLET, [LOT], action="DELETE"),
        a_fitting(9, PALLET, LOGGER, action="DELETE"),
    ]


def test_a_lot_that_nobody_spoke_of_is_unknown(world):
    with pytest.raises(Unknown, match="we hold no event for"):
        world.trace()


def test_names_and_the_day_come_from_where_the_goods_came_into_being(world):
    place = {"id": FIELD, "guoji:name": {"guoji:zh": "三号地", "guoji:en": "Field 3"}}
    world.capture(a_packed_lot({"guoji:name": {"guoji:en": "Strawberries"}}, readPoint=place))

    trace = world.trace()

    assert trace.product == {"en": "Strawberries"}
    assert trace.origin == {"zh": "三号地", "en": "Field 3"}
    assert trace.harvested_at == START


def test_each_event_tells_what_its_submitter_is_registered_as(world):
    world.capture(a_packed_lot())
    known = Register.of([Party(FARM, "Farm of the register")])

    named = replace(world.reader, register=lambda: known).read(LOT, START + timedelta(days=9))

    assert [each.registered for each in named.events] == ["Farm of the register"]
    assert [each.registered for each in world.trace().events] == [""]


def test_before_anything_is_logged_the_trace_is_unchecked_and_shown_all_the_same(world):
    world.capture(a_packed_lot())

    trace = world.trace()

    assert isinstance(trace.verdict, Unchecked)
    assert [event.submitter for event in trace.events] == [FARM]
    assert trace.chain_label == "private test chain"


def test_readings_are_clipped_to_the_time_when_logger_and_lot_were_together(world):
    world.capture(a_packed_lot(), *on_the_pallet_from_2_to_8())
    world.measure({0: 1, 1.5: 2, 2: 3, 5: 4, 8: 5, 8.5: 6})

    [curve] = world.trace().curves

    assert [(point.taken_at_ms, point.value) for point in curve.points] == [
        (at_ms(2), 3),
        (at_ms(5), 4),
        (at_ms(8), 5),
    ]
    assert (curve.cold_chain, curve.live, curve.unit) == (True, False, "CEL")


def test_only_batches_that_hold_such_a_reading_belong_to_the_trace(world):
    world.capture(a_packed_lot(), *on_the_pallet_from_2_to_8())
    world.measure({1.5: 2, 5: 4, 8.5: 6}, seal_each=True)

    of_devices = [event for event in world.trace().events if event.grade is Grade.DEVICE]

    assert [event.event.event_time for event in of_devices] == [START + timedelta(hours=5)]
    assert [each.key for each in world.reader.all_events(LOT)] == [each.key for each in world.trace().events]


def test_a_curve_has_the_calibration_that_its_device_had_then(world):
    days = [START.date() + timedelta(days=shift) for shift in (9, -9, -99)]
    calibrations = tuple(Calibration(day, day + timedelta(days=365), bytes(32)) for day in days)
    world.seals.device = replace(world.seals.device, calibrations=calibrations)
    world.capture(a_packed_lot(), *on_the_pallet_from_2_to_8())
    world.measure({5: 4})

    assert [curve.calibration for curve in world.trace().curves] == [calibrations[1]]


def test_a_batch_counts_as_signed_only_if_every_reading_of_it_is(world):
    signer = DeviceSigner.make(Algorithm.EdDSA)
    world.capture(a_packed_lot(), *on_the_pallet_from_2_to_8())
    for hours, signed in ((3, signer), (4, signer), (5, None)):
        world.receive(hours, 4, signed)
        if hours != 4:
            world.seal()

    grades = [each.grade for each in world.trace().events if each.event.kind == "ObjectEvent"]

    assert grades.count(Grade.SIGNED_DEVICE) == 1
    assert grades.count(Grade.DEVICE) == 1
    assert len(world.trace().curves[0].points) == 3


def test_findings_and_what_is_staged_come_with_the_batch(world):
    world.capture(a_packed_lot(), *on_the_pallet_from_2_to_8())
    world.measure({3: 4, 4: 900})

    trace = world.trace()

    assert "impossible_value" in {finding.kind.value for finding in trace.findings}
    assert trace.staged == (STAGED,)


def test_a_storage_range_makes_excursions_of_what_lies_outside(world):
    bears = {"guoji:storageRange": {"guoji:low": 0, "guoji:high": 5.5, "guoji:uom": "CEL"}}
    world.capture(a_packed_lot(bears), *on_the_pallet_from_2_to_8())
    world.measure({3: 4, 4: 9, 5: 4})

    [curve] = world.trace().curves

    assert (curve.low, curve.high) == (0, 5.5)
    assert [excursion.extreme for excursion in curve.excursions] == [9]


def strawberries(world):
    """The same world, in which the lot's GTIN has a profile."""
    world.reader = replace(world.reader, profiles=read_profiles('gtin.09521234000020 = "strawberry"'))
    return world


def test_without_a_range_of_its_own_a_lot_has_that_of_its_kind(world):
    world.capture(a_packed_lot(), *on_the_pallet_from_2_to_8())
    world.measure({3: 1, 4: 9, 5: 1})

    trace = strawberries(world).trace()

    assert [(curve.low, curve.high) for curve in trace.curves] == [(-0.5, 2)]
    assert [[each.extreme for each in curve.excursions] for curve in trace.curves] == [[9]]


def test_the_lots_own_range_wins_over_that_of_its_kind(world):
    bears = {"guoji:storageRange": {"guoji:low": 0, "guoji:high": 5.5, "guoji:uom": "CEL"}}
    world.capture(a_packed_lot(bears), *on_the_pallet_from_2_to_8())
    world.measure({3: 1})

    [curve] = strawberries(world).trace().curves

    assert (curve.low, curve.high) == (0, 5.5)


def test_exposure_covers_the_whole_time_the_logger_was_on_the_goods(world):
    world.capture(a_packed_lot(), *on_the_pallet_from_2_to_8())
    world.measure({1: 1, 3: 1, 4: 9, 5: 1, 6: 1})

    [curve] = strawberries(world).trace().curves

    hours = [ms / 3_600_000 for ms in (curve.exposure.within_ms, curve.exposure.outside_ms)]
    assert hours == [4, 1]  # from 3 to 8, of which from 4 to 5 outside
    assert curve.exposure.unknown_ms == 3_600_000  # from 2 to 3: the reading at 1 was before the goods


def test_a_reading_that_cannot_be_is_unknown_time_and_not_cold(world):
    world.capture(a_packed_lot(), *on_the_pallet_from_2_to_8())
    world.measure({2: 1, 3: 1, 4: -127, 5: -127, 6: -127, 7: 1, 8: 1})

    [curve] = strawberries(world).trace().curves

    assert curve.exposure.unknown_ms == 4 * 3_600_000
    assert (curve.exposure.outside_ms, curve.excursions) == (0, ())


def test_shelf_life_is_said_of_the_time_since_harvest_and_only_where_enough_is_known(world):
    world.capture(a_packed_lot(), *on_the_pallet_from_2_to_8())
    world.measure({hours / 2: 1 for hours in range(4, 17)})

    trace = strawberries(world).trace()

    assert trace.remaining.days is None  # two of eight hours before the logger
    assert (trace.remaining.known_ms, trace.remaining.unknown_ms) == (6 * 3_600_000, 2 * 3_600_000)


def test_a_laboratory_result_keeps_the_laboratorys_words(world):
    result = {"guoji:analyte": "<b>Brix</b>", "guoji:value": 11.5, "guoji:uom": "BX"}
    party = {"guoji:name": {"guoji:en": "Lab"}}
    world.capture(
        a_packed_lot(),
        a_sighting(6, LOT, "inspecting", **{"guoji:labResults": [result], "guoji:party": party}),
    )

    [found] = world.trace().lab_results

    assert (found.analyte["en"], found.value, found.unit, found.limit) == ("<b>Brix</b>", 11.5, "BX", None)
    assert (found.tested_at, found.laboratory) == (START + timedelta(hours=6), {"en": "Lab"})


def voiding(event):
    declared = {"declarationTime": "2026-11-21T00:00:00.000Z", "reason": "did_not_occur"}
    return Event({**event.body, "errorDeclaration": declared}, event.context)


@pytest.mark.parametrize(("party", "voided"), [(FARM, True), (CARRIER, False)])
def test_only_who_captured_an_event_can_void_it(world, party, voided):
    seen = a_sighting(3, LOT)
    world.capture(a_packed_lot(), seen)
    world.capture(voiding(seen), party=party)

    events = world.trace().events
    assert [each.voided for each in events if each.event == seen] == [voided]
    assert [each.voided for each in events if each.event.is_harvest] == [False]


def test_what_was_declared_wrong_says_nothing_about_the_goods_any_more(world):
    result = {"guoji:labResults": [{"guoji:analyte": "Brix", "guoji:value": 19.5, "guoji:uom": "BX"}]}
    wrong = a_sighting(6, LOT, "inspecting", **result)
    early = a_harvest(-48, lot=LOT, ilmd={"guoji:name": "Wild strawberries"})
    world.capture(early, a_packed_lot({"guoji:name": "Strawberries"}), wrong)
    world.capture(voiding(wrong), voiding(early))

    trace = world.trace()

    assert (trace.lab_results, trace.harvested_at, trace.product["en"]) == ((), START, "Strawberries")
    assert sum(each.voided for each in trace.events) == 4


def test_a_stranger_who_claims_to_have_made_the_lot_later_gives_it_no_name_range_or_origin(world):
    bears = {"guoji:low": 0, "guoji:high": 4, "guoji:uom": "CEL"}
    world.capture(a_packed_lot({"guoji:name": "Strawberries", "guoji:storageRange": bears}))
    world.capture(*on_the_pallet_from_2_to_8())
    hot = {"guoji:name": "Alpine", "guoji:storageRange": bears | {"guoji:high": 40}}
    world.capture(
        a_harvest(-48, lot=LOT, ilmd=hot, readPoint={"id": SHOP, "guoji:name": "Fuji"}), party=STRANGER
    )
    world.measure({3: 9})

    trace = world.trace()

    assert (trace.product["en"], trace.origin, trace.harvested_at) == ("Strawberries", {}, START)
    assert [curve.high for curve in trace.curves] == [4]


STAGED_BY_A_STRANGER = {"guoji:staged": {"guoji:en": "ALL FAKE"}}
BRIX = {"guoji:labResults": [{"guoji:analyte": "Brix", "guoji:value": 9, "guoji:uom": "BX"}]}


@pytest.mark.parametrize("step", ["shipping", "inspecting"])
def test_a_stranger_who_calls_something_staged_marks_no_page(world, step):
    world.capture(a_packed_lot(**{"guoji:staged": {"guoji:en": "by the farm"}}))
    world.capture(a_sighting(3, LOT, step, **STAGED_BY_A_STRANGER), party=STRANGER)

    assert world.trace().staged == ({"en": "by the farm"},)


@pytest.mark.parametrize(
    ("said", "is_claimed"),
    [
        ({}, False),
        ({"disposition": "conformant"}, False),
        ({"disposition": "destroyed"}, True),
        ({"persistentDisposition": {"set": ["recalled"]}}, True),
        ({"action": "DELETE"}, True),
        ({"action": "ADD"}, True),
    ],
)
def test_who_never_held_the_goods_may_look_at_them_and_no_more(world, said, is_claimed):
    looked = a_sighting(3, LOT, "inspecting", **BRIX)
    world.capture(a_packed_lot())
    world.capture(Event({**looked.body, **said}, looked.context), party=STRANGER)

    trace = world.trace()

    assert [each.claimed for each in trace.events] == [False, is_claimed]
    assert len(trace.lab_results) == (not is_claimed)


def test_a_look_at_other_goods_that_only_mentions_these_is_a_claim(world):
    mention = {"bizTransactionList": [{"type": "po", "bizTransaction": LOT}]}
    world.capture(a_packed_lot())
    world.capture(a_sighting(3, PALLET, "inspecting", **BRIX, **mention), party=STRANGER)

    assert world.trace().lab_results == ()


def test_of_what_one_stranger_claims_the_oldest_are_shown_and_the_rest_is_counted(world):
    world.capture(a_packed_lot())
    world.capture(*(a_sighting(9 - n / 60, LOT) for n in range(MOST_CLAIMS + 5)), party=STRANGER)
    world.capture(a_sighting(3, LOT, "inspecting", **BRIX), party=CARRIER)

    trace = world.trace()

    said = [each.captured_at for each in trace.events if each.submitter == STRANGER]
    assert (len(said), trace.claims_left_out) == (MOST_CLAIMS, 5)
    assert max(said) < max(each.captured_at for each in trace.events if each.submitter == CARRIER)
    assert max(said) - min(said) == timedelta(milliseconds=MOST_CLAIMS - 1)
    assert len(trace.lab_results) == 1


def test_only_who_owns_a_device_says_on_what_it_was(world):
    world.capture(a_packed_lot(), *on_the_pallet_from_2_to_8(), owner=STRANGER)
    world.measure({3: 4})

    assert world.trace().curves == ()


def test_a_stranger_cannot_cut_the_readings_of_a_logger_short(world):
    world.capture(a_packed_lot(), *on_the_pallet_from_2_to_8())
    world.capture(a_fitting(2.5, PALLET, LOGGER, action="DELETE"), owner=STRANGER)
    world.measure({2: 1, 5: 2, 8: 3})

    assert [len(curve.points) for curve in world.trace().curves] == [3]


def test_a_device_that_is_named_as_a_container_counts_no_event_twice(world):
    world.capture(a_packed_lot(), a_packing(1, LOGGER, [LOT]), *on_the_pallet_from_2_to_8())
    world.measure({3: 4})

    keys = [each.key for each in world.reader.all_events(LOT)]
    assert len(keys) == len(set(keys))


NOTHING = [None, 7, True, [], [7], {}, {"guoji:zh": 7, "guoji:en": ["x"]}]


@pytest.mark.parametrize("shape", NOTHING, ids=str)
def test_an_extension_of_another_shape_reads_as_absent(world, shape):
    ilmd = {"guoji:name": shape, "guoji:storageRange": shape, "guoji:lot": shape}
    own = dict.fromkeys(["guoji:staged", "guoji:party", "guoji:labResults"], shape)
    place = {"id": FIELD, "guoji:name": shape}
    world.capture(
        a_packed_lot(ilmd, readPoint=place, **own), a_sighting(1, LOT, **own), *on_the_pallet_from_2_to_8()
    )
    world.measure({3: 4})

    trace = world.trace()

    assert (trace.product, trace.origin, trace.lab_results) == ({}, {}, ())
    assert trace.staged == (STAGED,)
    assert (trace.curves[0].low, trace.curves[0].high) == (None, None)


@pytest.mark.parametrize(
    "bears",
    [
        {"guoji:low": True, "guoji:high": 5, "guoji:uom": "CEL"},
        {"guoji:low": 0, "guoji:high": "5", "guoji:uom": "CEL"},
        {"guoji:low": 0, "guoji:high": 41, "guoji:uom": "FAH"},
        {"guoji:low": 5, "guoji:high": 0, "guoji:uom": "CEL"},
        {"guoji:low": 0, "guoji:uom": "CEL"},
    ],
    ids=str,
)
def test_a_storage_range_that_is_none_makes_no_excursion(world, bears):
    world.capture(a_packed_lot({"guoji:storageRange": bears}), *on_the_pallet_from_2_to_8())
    world.measure({3: 400, 4: -40})

    [curve] = world.trace().curves

    assert (curve.low, curve.high, curve.excursions) == (None, None, ())


@pytest.mark.parametrize(
    "wrong",
    [{"guoji:value": True}, {"guoji:value": "11"}, {"guoji:analyte": 3}, {"guoji:uom": None}],
    ids=str,
)
def test_a_laboratory_result_of_another_shape_reads_as_absent(world, wrong):
    sound = {"guoji:analyte": "Brix", "guoji:value": 11.5, "guoji:uom": "BX", "guoji:limit": True}
    world.capture(a_packed_lot(**{"guoji:labResults": [{**sound, **wrong}, sound, "text"]}))

    assert [(result.value, result.limit) for result in world.trace().lab_results] == [(11.5, None)]


def test_one_moment_in_another_year_does_not_stop_the_trace(world):
    old = a_sighting(0, LOT)
    ancient = Event({**old.body, "eventTime": "0001-01-01T00:00:00.000Z"}, old.context)
    future = Event({**old.body, "eventTime": "9999-12-31T23:59:59.999Z"}, old.context)
    world.capture(ancient, a_packed_lot(), *on_the_pallet_from_2_to_8(), future)
    world.measure({3: 4})

    years = [event.event.event_time.year for event in world.trace().events]
    assert (years[0], years[-1]) == (1, 9999)


def test_the_grade_of_a_word_is_how_it_came_in_for_an_event_and_for_the_declaration_that_it_is_wrong(world):
    by_person = {"guoji:entered": {"guoji:by": "person"}}
    wrong = {"declarationTime": "2026-11-20T07:00:00.000Z", "reason": "incorrect_data"}
    typed = a_packed_lot(**by_person)
    declared_by_system = a_packed_lot(**by_person, errorDeclaration=wrong)
    capture([typed], FARM, world.events, START_MS, typed=True)
    world.capture(declared_by_system, a_sighting(4, LOT, **{"guoji:entered": "person"}))

    grades = {each.key: each.grade for each in world.trace().events}

    assert [grades[key] for key in world.events.kept] == [Grade.PERSON, Grade.IMPORTED, Grade.IMPORTED]


def test_what_a_person_declares_wrong_is_that_persons_word_too(world):
    by_person = {"guoji:entered": {"guoji:by": "person"}}
    wrong = {"declarationTime": "2026-11-20T07:00:00.000Z", "reason": "incorrect_data"} | by_person
    declared = a_packed_lot(**by_person, errorDeclaration=wrong)

    capture([a_packed_lot(**by_person), declared], FARM, world.events, START_MS, typed=True)

    assert {(each.grade, each.voided) for each in world.trace().events} == {(Grade.PERSON, True)}
