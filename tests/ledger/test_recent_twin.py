"""Whatever comes to the store, a kept trace says the same as one that is made anew."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from iot_gateway.simulate.encode import encode_message
from tests.builders import (
    CASE,
    FARM,
    FIELD,
    FIELD_LOT,
    ITEM,
    LOGGER,
    LOT,
    OTHER_LOT,
    START,
    a_fitting,
    a_harvest,
    a_pack_out,
    a_packing,
    a_sighting,
    an_event,
)
from tests.fakes import FakeMark
from traceability.cold_chain.profiles import shipped
from traceability.epcis.event import Event
from traceability.errors import Unknown
from traceability.gs1 import digital_link
from traceability.ledger.capture import capture
from traceability.ledger.follow import LATE_S, Follower
from traceability.ledger.own_word import OwnWord
from traceability.ledger.parties import Party
from traceability.ledger.personal import Erasure
from traceability.ledger.ports import Anchor
from traceability.ledger.prove import Prover
from traceability.ledger.publish import publish
from traceability.ledger.read_trace import TraceReader
from traceability.ledger.recalled import RecallReader
from traceability.ledger.recent import RecentTraces
from traceability.ledger.record import Delivery, record
from traceability.ledger.seal import seal
from traceability.ledger.shared import Shared
from traceability.log.checkpoint import open_checkpoint
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.proof.trust import TrustPolicy
from traceability.store.all_tables import metadata
from traceability.store.anchors import AnchorTable
from traceability.store.arrivals import ArrivalTable
from traceability.store.calibrations import CalibrationTable
from traceability.store.changes import StoreChanges
from traceability.store.devices import DeviceTable
from traceability.store.events import EventTable
from traceability.store.history import History
from traceability.store.log import CheckpointTable, LogTable
from traceability.store.name_map import NameMapTable
from traceability.store.parties import PartyTable
from traceability.store.personal import PersonalTable
from traceability.store.plots import PlotTable
from traceability.store.recalls import RecallTable
from traceability.store.schema import open_engine
from traceability.store.sealing import SealTable
from traceability.telemetry.device import Calibration, Device

SIGNER = NoteSigner("guoji.example/log", Ed25519PrivateKey.from_private_bytes(b"l" * 32))
VERIFIER = NoteVerifier.of(SIGNER)
CONTRACT = "0x" + "aa" * 20
POLICY = TrustPolicy(logs=(VERIFIER,), chain_id=31337, contract=CONTRACT, agree=1)
NOW = START + timedelta(days=9)
COMMITMENT = "ab" * 32
SECOND_LOT = digital_link.lot("09521234000013", "F2")
STRANGER = "9521234000020"
SUBJECTS = (FIELD_LOT, LOT, ITEM, CASE, OTHER_LOT, SECOND_LOT)


class World:
    """A small installation; each public method is one thing that may come to its store."""

    def __init__(self, engine):
        self.engine, self.number, self.now_s = engine, count(1), 0.0
        self.events, self.log = EventTable(engine), LogTable(engine)
        self.checkpoints = CheckpointTable(engine, SIGNER.name)
        self.anchors, self.parties = AnchorTable(engine, CONTRACT), PartyTable(engine)
        self.devices, self.personal = DeviceTable(engine), PersonalTable(engine)
        self.mark = FakeMark()
        self.name_the_logger()
        self.twin = self._a_reader()
        follower = Follower(StoreChanges(engine, CONTRACT), lambda: self.now_s, lambda: NOW)
        self.reader = replace(self.twin, verdicts=Shared(follower, 9), curves=Shared(follower, 9))
        self.recent = RecentTraces(lambda subject, footing: self.reader.read(subject, NOW, footing), follower)

    def _a_reader(self):
        history, names = History(self.engine), NameMapTable(self.engine)
        prover = Prover(self.log, self.checkpoints, self.anchors, names, history, (VERIFIER,), POLICY)
        return TraceReader(
            self.events,
            history,
            OwnWord(prover),
            self.personal,
            None,
            shipped(),
            names,
            RecallReader(RecallTable(self.engine), self.parties),
            PlotTable(self.engine),
            register=self.parties.register,
        )

    def kept(self, subject):
        """What a scan is told two looks later."""
        self.now_s += LATE_S
        try:
            return self.recent.of(subject).trace
        except Unknown:
            return None

    def fresh(self, subject):
        try:
            return self.twin.read(subject, NOW)
        except Unknown:
            return None

    def _tell(self, *events, by=FARM):
        for each in events:
            capture([each], by, self.events, next(self.number))

    def _name(self, text):
        """Another one each time."""
        return f"{text} {next(self.number)}"

    def harvest(self):
        self._tell(a_harvest(0, ilmd={"guoji:name": {"guoji:zh": self._name("草莓")}}))

    def pack(self):
        self._tell(a_pack_out(2 + next(self.number) / 100))

    def label_an_item(self):
        ilmd = {"guoji:lot": LOT}
        at = 3 + next(self.number) / 100
        self._tell(an_event(hours=at, action="ADD", bizStep="commissioning", epcList=[ITEM], ilmd=ilmd))

    def put_it_into_a_case(self):
        self._tell(a_packing(4 + next(self.number) / 100, CASE, units=[ITEM]))

    def see_the_case(self):
        self._tell(a_sighting(5 + next(self.number) / 100, CASE))

    def see_a_lot_that_is_nobodys_yet(self):
        self._tell(a_sighting(next(self.number) / 100, OTHER_LOT))

    def take_that_back(self):
        seen = a_sighting(1, LOT)
        declared = {"declarationTime": "2026-11-30T00:00:00.000Z", "reason": "incorrect_data"}
        self._tell(seen, Event({**seen.body, "errorDeclaration": declared}, seen.context))

    def claim_of_a_stranger(self):
        self._tell(a_sighting(6 + next(self.number) / 100, LOT), by=STRANGER)

    def recall_the_mother_lot(self, lasting="set"):
        self._tell(
            an_event(
                hours=90 + next(self.number) / 100,
                action="OBSERVE",
                bizStep="holding",
                persistentDisposition={lasting: ["recalled"]},
                quantityList=[{"epcClass": FIELD_LOT}],
            )
        )

    def release_it(self):
        self.recall_the_mother_lot("unset")

    def pick_more_on_the_same_plot(self):
        place = {"id": FIELD, "guoji:area": {"guoji:value": 0.001, "guoji:uom": "HAR"}}
        self._tell(a_harvest(next(self.number) / 100, SECOND_LOT, kg=90_000, readPoint=place))

    def commit_to_a_name(self):
        named = {"guoji:picker": {"guoji:commitment": COMMITMENT}}
        self._tell(a_sighting(1 + next(self.number) / 100, LOT, **named))

    def erase_it(self):
        self.personal.erase([Erasure(COMMITMENT, 5, "asked")])

    def put_a_station_on_the_field(self):
        self._tell(a_fitting(-9, FIELD, LOGGER))

    def fit_the_logger(self):
        self._tell(a_fitting(1, LOT, LOGGER))

    def take_the_logger_off(self):
        self._tell(a_fitting(8, LOT, LOGGER, "DELETE"))

    def receive(self):
        self._receive(2 + next(self.number) / 100)

    def receive_for_other_goods(self):
        self._receive(20 + next(self.number) / 100)

    def _receive(self, hours):
        number = next(self.number)
        at_ms = round((START + timedelta(hours=hours)).timestamp() * 1000)
        payload = encode_message("logger-1", 9, number, at_ms, {"air_temperature": 4.0 + number}, None)
        topic = "guoji/v1/logger-1/readings"
        record([Delivery(topic, payload)], ArrivalTable(self.engine), SIGNER, at_ms + 60_000, 60)

    def close_its_window(self):
        at_ms = round((START + timedelta(days=5)).timestamp() * 1000)
        seal(SealTable(self.engine), at_ms, 1, "https://guoji.example")

    def publish(self):
        publish(self.log, self.checkpoints, self.mark, SIGNER)

    def anchor(self):
        """The newest checkpoint, in a final block."""
        note = self.checkpoints.newest()
        if note is None:
            return
        newest, last = open_checkpoint(note, (VERIFIER,))[0], self.anchors.last_final()
        old_size = 0 if last is None else last.size
        if newest.size > old_size:
            number = next(self.number)
            at = datetime(2026, 11, 22, tzinfo=UTC) + timedelta(minutes=number)
            sent = Anchor(f"0x{number:064x}", old_size, newest.size, newest.root, note, b"", at, "final")
            self.anchors.keep(replace(sent, block_number=number, block_hash=f"0x{number:x}", block_time=at))

    def mine_the_last_anchor_elsewhere(self):
        last = self.anchors.last_final()
        if last is not None:
            number = next(self.number)
            at = last.block_time + timedelta(minutes=1)
            self.anchors.keep(replace(last, block_number=number, block_hash=f"0x{number:x}", block_time=at))

    def throw_the_last_anchor_out(self):
        last = self.anchors.last_final()
        if last is not None:
            self.anchors.keep(
                replace(last, state="sent", block_number=None, block_hash=None, block_time=None)
            )

    def name_the_logger(self):
        name = {"zh": self._name("冷链")}
        self.devices.keep(Device("logger-1", LOGGER, FARM, name, FIELD, cold_chain=True))

    def calibrate_the_logger(self):
        day = START.date() - timedelta(days=next(self.number) % 20 + 1)
        calibration = Calibration(day, day + timedelta(days=400), bytes([next(self.number) % 256]) * 32)
        CalibrationTable(self.engine).add("logger-1", calibration)

    def register_the_farm(self):
        self.parties.keep(Party(FARM, self._name("果园"), ("9521234",)))

    def make_the_stranger_an_authority(self):
        self.parties.keep(Party(STRANGER, self._name("市监局"), is_authority=True))


STEPS = [name for name in vars(World) if not name.startswith("_") and name not in ("kept", "fresh")]


@pytest.fixture
def worlds(tmp_path):
    engines = []

    def a_world():
        engine = open_engine(f"sqlite:///{tmp_path / f'{len(engines)}.db'}", create=True)
        # Nothing here is about what survives a crash.
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF"))
        metadata.create_all(engine)
        engines.append(engine)
        return World(engine)

    yield a_world
    for engine in engines:
        engine.dispose()


def test_a_recall_is_looked_for_under_names_that_a_walk_was_cut_before(worlds, monkeypatch):
    monkeypatch.setattr("traceability.ledger.lineage.MOST_STAYS", 1)
    monkeypatch.setattr("traceability.proof.ancestry.MOST_GOODS", 1)
    world = worlds()
    world.harvest()
    world.pack()
    before = world.kept(LOT)

    world.recall_the_mother_lot()

    assert world.kept(LOT) is not before
    check(world, "recall", [LOT])


def test_what_a_device_measured_is_looked_up_once_for_all_that_it_was_on(worlds, monkeypatch):
    world, looked_up = worlds(), []
    look_up = History.batch_events_between
    monkeypatch.setattr(
        History, "batch_events_between", lambda *asked: looked_up.append(asked) or look_up(*asked)
    )
    for step in ("harvest", "pack", "label_an_item", "put_it_into_a_case", "fit_the_logger", "receive"):
        getattr(world, step)()

    assert world.kept(CASE).curves == world.kept(ITEM).curves != ()
    assert len(looked_up) == 1


def check(world, step, subjects):
    for subject in subjects:
        assert world.kept(subject) == world.fresh(subject), f"{subject} after {step}"


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), min_size=6, max_size=10))
def test_a_kept_trace_says_what_a_new_one_says_whatever_came(worlds, steps):
    world = worlds()
    world.harvest()
    world.pack()

    for step in steps:
        getattr(world, step)()
        check(world, step, SUBJECTS)


def test_every_kind_of_thing_that_comes_is_seen_in_the_traces_that_it_touches_and_in_no_others(worlds):
    """In one order in which each of them changes something."""
    world = worlds()
    story = [
        ("harvest", {FIELD_LOT}),
        ("pack", {FIELD_LOT, LOT}),
        ("label_an_item", {ITEM}),
        ("put_it_into_a_case", {ITEM, CASE}),
        ("see_the_case", {ITEM, CASE}),
        ("see_a_lot_that_is_nobodys_yet", {OTHER_LOT}),
        ("take_that_back", {LOT, ITEM, CASE}),
        ("claim_of_a_stranger", {LOT, ITEM, CASE}),
        ("commit_to_a_name", {LOT, ITEM, CASE}),
        ("erase_it", {LOT, ITEM, CASE}),
        ("pick_more_on_the_same_plot", {FIELD_LOT, LOT, ITEM, CASE, SECOND_LOT}),
        ("put_a_station_on_the_field", {FIELD_LOT, LOT, ITEM, CASE, SECOND_LOT}),
        ("fit_the_logger", {LOT, ITEM, CASE}),
        ("receive", {LOT, ITEM, CASE}),
        ("receive", {LOT, ITEM, CASE}),
        ("take_the_logger_off", {LOT, ITEM, CASE}),
        ("receive", {LOT, ITEM, CASE}),
        ("receive_for_other_goods", set()),
        ("close_its_window", {LOT, ITEM, CASE}),
        ("name_the_logger", set(SUBJECTS)),
        ("calibrate_the_logger", set(SUBJECTS)),
        ("publish", set(SUBJECTS)),
        ("anchor", set(SUBJECTS)),
        ("mine_the_last_anchor_elsewhere", set(SUBJECTS)),
        ("recall_the_mother_lot", {FIELD_LOT, LOT, ITEM, CASE}),
        ("publish", {FIELD_LOT, LOT, ITEM, CASE}),
        ("anchor", {FIELD_LOT, LOT, ITEM, CASE}),
        ("release_it", {FIELD_LOT, LOT, ITEM, CASE}),
        ("register_the_farm", set(SUBJECTS)),
        ("make_the_stranger_an_authority", set(SUBJECTS)),
        ("throw_the_last_anchor_out", set(SUBJECTS)),
    ]

    before = dict.fromkeys(SUBJECTS)
    for step, touched in story:
        getattr(world, step)()
        after = {subject: world.kept(subject) for subject in SUBJECTS}
        assert {each for each in SUBJECTS if after[each] is not before[each]} == touched, step
        # What was touched was just made anew; of it, the item has most in common with others.
        check(world, step, {*SUBJECTS} - touched | {ITEM})
        before = after
