"""A party says only what is its own to say: of its keys, of its events, of its goods' recall."""

from dataclasses import replace

import pytest

from tests.builders import (
    CASE,
    FIELD,
    FIELD_LOT,
    LOT,
    OTHER_LOT,
    PALLET,
    SHOP,
    START,
    a_harvest,
    a_pack_out,
    a_packing,
    a_sighting,
    an_event,
)
from traceability.epcis.event import Event
from traceability.errors import NotAuthorised
from traceability.gs1 import digital_link
from traceability.ledger.capture import capture
from traceability.ledger.grant import Grant
from traceability.ledger.parties import Party
from traceability.ledger.permission import Permission
from traceability.store.events import EventTable
from traceability.store.migrate import migrate
from traceability.store.parties import PartyTable
from traceability.store.schema import open_engine

OWNER, PACKHOUSE, STRANGER, OFFICE = "9521234000006", "9521321000001", "9529999000002", "9521111000006"
FOREIGN_LOT = digital_link.lot("09529999000002", "X1")
CRATE = "https://id.gs1.org/8003/09521234000013A1"
POOLED = "https://id.gs1.org/8003/09529999000002A1"
FOREIGN_UNIT = "https://id.gs1.org/00/095299990000000014"
RECALLED = {"persistentDisposition": {"set": ["recalled"]}}


@pytest.fixture
def held(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'store.db'}", create=True)
    migrate(engine)
    parties = PartyTable(engine)
    parties.keep(Party(OWNER, "Farm", ("9521234",), makers=(PACKHOUSE,)))
    parties.keep(Party(OFFICE, "Office", is_authority=True))
    yield Permission(parties.register, EventTable(engine))
    engine.dispose()


def keep(held, event, party, later_ms=0):
    capture([event], party, held.held, int(START.timestamp() * 1000) + later_ms)


def refusals(held, *events, party=STRANGER, **fields):
    """What is told of each event."""
    grant = Grant("capture", party, **fields)
    return ["; ".join(fault.problem for fault in faults) for faults in held.refusals(events, grant)]


def voided(event):
    declared = {"declarationTime": "2026-11-21T06:00:00.000Z", "reason": "incorrect_data"}
    return Event({**event.body, "errorDeclaration": declared}, event.context)


@pytest.mark.parametrize(
    ("event", "key"),
    [
        (a_harvest(), FIELD_LOT),
        (a_pack_out(1, source=FOREIGN_LOT), LOT),
        (a_packing(2, PALLET, [FOREIGN_LOT]), PALLET),
        (an_event(action="ADD", epcList=[CASE]), CASE),
    ],
)
def test_goods_under_a_registered_prefix_are_brought_into_being_by_its_owner_and_makers_alone(
    held, event, key
):
    assert refusals(held, event) == [
        f"{key} is of party {OWNER}: only it, and who makes goods for it, brings it into being"
    ]
    for party in (OWNER, PACKHOUSE):
        assert refusals(held, event, party=party) == [""]


@pytest.mark.parametrize(
    "event",
    [
        a_sighting(1, LOT),
        a_sighting(1, PALLET, "receiving", SHOP),
        a_pack_out(1, made=FOREIGN_LOT),
        a_packing(2, PALLET, [LOT], action="DELETE"),
        a_packing(2, CRATE, [FOREIGN_LOT]),
        a_harvest(lot=FOREIGN_LOT),
    ],
)
def test_what_others_saw_used_and_unpacked_of_them_they_may_say(held, event):
    assert refusals(held, event) == [""]


def test_an_event_is_voided_by_its_submitter_alone(held):
    sighting = a_sighting(1, LOT)
    keep(held, sighting, OWNER)

    [told] = refusals(held, voided(sighting))
    assert f"was captured by party {OWNER}: only its submitter may void it" in told
    assert refusals(held, voided(sighting), party=OWNER) == [""]


def test_a_party_voids_what_it_said_itself_whoever_said_the_same(held):
    sighting, unknown = a_sighting(1, LOT), a_sighting(2, LOT)
    keep(held, sighting, OWNER)

    assert refusals(held, voided(sighting), sighting) == ["", ""]
    assert refusals(held, voided(unknown)) == [""]
    keep(held, sighting, STRANGER)
    assert refusals(held, voided(sighting)) == [""]


@pytest.mark.parametrize(
    "words",
    [
        RECALLED,
        {"persistentDisposition": {"unset": ["recalled"]}},
        {"disposition": "recalled"},
        {"disposition": "https://ref.gs1.org/cbv/Disp-recalled"},
    ],
)
def test_goods_are_recalled_by_their_owner_or_an_authority_alone(held, words):
    event = a_sighting(1, LOT, "holding", **words)

    for party in (STRANGER, PACKHOUSE):
        assert refusals(held, event, party=party) == [
            f"{LOT} is of party {OWNER}: only it or an authority may recall it"
        ]
    for party in (OWNER, OFFICE):
        assert refusals(held, event, party=party) == [""]


def test_goods_of_nobody_are_recalled_by_their_first_maker_alone(held):
    recall = a_sighting(2, FOREIGN_LOT, "holding", **RECALLED)
    made = a_harvest(lot=FOREIGN_LOT)

    assert "was not the first to make it" in refusals(held, recall)[0]
    assert refusals(held, recall, made) == ["", ""]
    keep(held, made, PACKHOUSE)
    assert refusals(held, recall, party=PACKHOUSE) == [""]
    assert refusals(held, recall, party=OFFICE) == [""]
    assert "was not the first to make it" in refusals(held, made, recall)[1]


def test_a_container_of_nobody_is_recalled_by_whoever_filled_it_first_and_by_no_later_maker(held):
    recall, made = (
        a_sighting(2, FOREIGN_UNIT, "holding", **RECALLED),
        an_event(action="ADD", epcList=[FOREIGN_UNIT]),
    )
    filled = a_packing(1, FOREIGN_UNIT, [FOREIGN_LOT])

    assert refusals(held, filled, recall) == ["", ""]
    keep(held, filled, PACKHOUSE)
    assert refusals(held, recall, party=PACKHOUSE) == [""]
    keep(held, made, STRANGER, later_ms=1)
    assert "was not the first to make it" in refusals(held, recall)[0]


@pytest.mark.parametrize("crate", [POOLED, "urn:uuid:6c4f1a52-0f4e-4a55-9df1-9d3f2c1b7a10"])
def test_a_crate_that_goes_round_is_recalled_by_none_who_filled_it_or_says_later_to_have_made_it(held, crate):
    recall, made = a_sighting(2, crate, "holding", **RECALLED), an_event(action="ADD", epcList=[crate])
    keep(held, a_packing(1, crate, [FOREIGN_LOT]), PACKHOUSE)
    keep(held, made, STRANGER, later_ms=1)

    for party in (PACKHOUSE, STRANGER):
        assert "was not the first to make it" in refusals(held, recall, party=party)[0]


def test_a_token_for_some_prefixes_captures_about_no_other_goods_and_places(held):
    about = ("9521234",)
    elsewhere = a_sighting(1, LOT, place=digital_link.place("9529999000002"))
    nothing = an_event("TransactionEvent", action="DELETE", bizTransactionList=[{"bizTransaction": "urn:x"}])
    nothing = replace(
        nothing, body={name: value for name, value in nothing.body.items() if name != "readPoint"}
    )

    assert refusals(held, a_sighting(1, LOT, place=FIELD), about=about) == [""]
    for event, key in (
        (a_sighting(1, FOREIGN_LOT), FOREIGN_LOT),
        (elsewhere, "https://id.gs1.org/414/9529999000002"),
        (a_packing(2, CASE, [OTHER_LOT, FOREIGN_LOT], action="DELETE"), FOREIGN_LOT),
        (a_sighting(1, "urn:uuid:1"), "urn:uuid:1"),
    ):
        assert refusals(held, event, about=about) == [
            f"the token is for keys that begin with 9521234, and {key} does not"
        ]
    assert refusals(held, nothing, about=about)[0].startswith("it names no goods and no place")


def a_part(hours, **lists):
    return an_event("TransformationEvent", hours, transformationID="urn:x:t1", place=FIELD, **lists)


def test_a_token_for_some_prefixes_adds_nothing_to_a_transformation_of_other_goods(held):
    theirs = a_part(1, outputQuantityList=[{"epcClass": FOREIGN_LOT, "quantity": 1, "uom": "KGM"}])
    more = a_part(2, inputQuantityList=[{"epcClass": FIELD_LOT, "quantity": 1, "uom": "KGM"}])
    keep(held, theirs, STRANGER)

    assert refusals(held, more, party=OWNER, about=("9521234",)) == [""]
    keep(held, theirs, OWNER)
    assert refusals(held, more, party=OWNER) == [""]
    assert refusals(held, more, party=OWNER, about=("9521234",)) == [
        f"the token is for keys that begin with 9521234, and {FOREIGN_LOT} does not"
    ]


def test_a_token_for_some_prefixes_labels_no_goods_as_of_another_lot_and_recalls_none(held):
    labelled = an_event(action="ADD", epcList=[CASE], ilmd={"guoji:lot": FOREIGN_LOT})
    recall = a_sighting(1, LOT, "holding", **RECALLED)

    assert refusals(held, labelled, recall, party=OWNER, about=("9521234",)) == [
        f"the token is for keys that begin with 9521234, and {FOREIGN_LOT} does not",
        "a recall reaches whatever became of the goods, and the token is for some keys alone",
    ]


def test_a_token_that_reads_its_own_is_not_told_whether_others_captured_an_event(held):
    known, unknown = a_sighting(1, LOT), a_sighting(2, LOT)
    keep(held, known, OWNER)

    for event in (known, unknown):
        assert refusals(held, voided(event), reads="own") == [
            f"the event that it declares wrong, {event.hash().uri}, was not captured by your party: "
            "only its submitter may void it"
        ]
        assert refusals(held, voided(event), event, reads="own") == ["", ""]


def test_a_device_of_whatever_key_may_be_fitted_on_goods_that_a_token_is_for(held):
    def fitted(goods):
        logger = digital_link.device("9529999LOGGER1")
        event = an_event("AssociationEvent", 1, action="ADD", parentID=goods, childEPCs=[logger])
        return refusals(held, event, about=("9521234",))

    assert fitted(CASE) == [""]
    assert fitted(FOREIGN_UNIT) == [
        f"the token is for keys that begin with 9521234, and {FOREIGN_UNIT} does not"
    ]


def test_a_grant_without_a_party_captures_nothing(held):
    with pytest.raises(NotAuthorised, match="the token names no party to capture for"):
        held.refusals([a_sighting(1, LOT)], Grant("admin", None))
    with pytest.raises(NotAuthorised, match=f"{FIELD_LOT} is of party {OWNER}"):
        held.check([a_sighting(1, LOT), a_harvest()], Grant("capture", STRANGER))
