"""An anchor is kept before it is sent, and followed until it is final."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import Crash
from tests.ledger.anchoring import Anchoring
from traceability.errors import ChainUnavailable, Refused
from traceability.ledger.anchor import STUCK_AFTER
from traceability.ledger.ports import Held
from traceability.log import merkle


def test_an_anchor_goes_from_sent_through_mined_to_final(role):
    seen = []
    role.round()
    seen += role.anchors.states()
    role.contract.mine(final=False)
    role.round()
    seen += role.anchors.states()
    role.contract.final = 1
    role.round()
    seen += role.anchors.states()

    assert seen == ["sent", "mined", "final"]
    assert role.told == []


def test_a_grown_log_is_anchored_with_a_proof_that_the_contract_accepts(role):
    for _ in range(4):
        role.round()
        role.contract.mine()
        role.log.grow(300)

    assert role.contract.held().size == 903


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("part", ["anchors", "contract"])
@pytest.mark.parametrize("stuck", [False, True])
def test_a_crash_on_any_line_leaves_no_anchor_on_the_chain_that_was_not_kept(role, part, moment, stuck):
    if stuck:
        role.round()
        role.log.grow(2)
    getattr(role, part).fail = moment
    with pytest.raises(Crash):
        role.round(STUCK_AFTER)

    assert set(role.contract.pool) <= set(role.anchors.rows)
    role.round()
    role.contract.mine(which=-1)
    role.round()
    assert "final" in role.anchors.states()
    assert role.contract.held().size == role.anchors.last_final().size


def test_a_kept_anchor_that_was_not_sent_is_sent_as_it_is_and_not_signed_again(role):
    role.contract.fail = "before"
    with pytest.raises(Crash):
        role.round()
    role.log.grow(2)

    role.round()
    role.contract.mine()

    assert role.contract.held().size == 3
    assert len(role.contract.signed) == 1


def test_a_contract_that_is_ahead_of_the_store_stops_the_anchoring(role):
    role.contract.others_append(4, b"r" * 32)

    with pytest.raises(Refused, match="contract holds 4 entries, our store only 3"):
        role.round()


def test_a_contract_that_holds_another_tree_stops_the_anchoring(role):
    role.contract.others_append(2, b"r" * 32)

    with pytest.raises(Refused, match="another tree of 2 entries"):
        role.round()


def test_a_checkpoint_older_than_what_the_contract_holds_is_not_sent(role):
    role.contract.others_append(3, merkle.root_of(role.log.leaves))
    role.log.unpublished = 1

    assert role.round() is None


def test_while_the_chain_is_away_nothing_is_kept(role):
    role.contract.away = True

    with pytest.raises(ChainUnavailable):
        role.round()

    assert role.anchors.rows == {}


STEPS = st.one_of(
    st.tuples(st.just("round"), st.sampled_from([0, 1, 5]), st.sampled_from([None, "before", "after"])),
    st.tuples(st.just("mine"), st.integers(0, 3), st.booleans()),
    st.tuples(st.just("reorganise"), st.integers(0, 3), st.booleans()),
    st.tuples(st.just("grow"), st.integers(1, 4), st.booleans()),
)


@given(st.lists(STEPS, max_size=30))
def test_whatever_happens_the_store_ends_up_with_exactly_the_anchors_that_the_chain_took(steps):
    role = Anchoring()
    role.log.grow(1)
    for what, amount, how in steps:
        match what:
            case "round":
                part = role.anchors if amount else role.contract
                part.fail = how
                try:
                    role.round(timedelta(minutes=amount))
                except Crash:
                    part.fail = None
            case "mine":
                role.contract.mine(amount, final=how)
            case "reorganise":
                role.contract.reorganise(min(amount, len(role.contract.blocks)), back_into_the_pool=how)
            case "grow":
                role.log.grow(amount)

    role.contract.fail = role.anchors.fail = None
    for _ in range(20):
        role.round(STUCK_AFTER * 64)
        role.contract.mine()
    role.round()

    held, reverted = role.contract._replay()
    taken = {each.transaction for each in role.contract.blocks} - reverted - {"none"}
    final = {row.tx_hash for row in role.anchors.rows.values() if row.state == "final"}
    assert held == Held(role.log.size(), merkle.root_of(role.log.leaves))
    assert final == taken
