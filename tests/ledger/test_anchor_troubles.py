"""An anchor that is stuck, thrown out, refused or overtaken is seen as that, said once, and made good."""

from datetime import timedelta

import pytest

from traceability.errors import ChainUnavailable
from traceability.ledger.anchor import STUCK_AFTER
from traceability.log import merkle


def test_a_stuck_anchor_gets_one_rival_that_pays_more_for_the_newest_checkpoint(role):
    role.round()
    role.log.grow(2)
    role.round(STUCK_AFTER - timedelta(seconds=1))
    assert len(role.contract.signed) == 1

    role.round(timedelta(seconds=1))
    role.round()

    stuck, rival = role.contract.signed.values()
    assert (rival.nonce, rival.fee, rival.size) == (stuck.nonce, 1, 5)
    assert [line.split(": ")[0].split(") ")[1] for line in role.told] == ["is in no block after 180 s"]


@pytest.mark.parametrize(("mined", "size"), [(0, 3), (1, 5)])
def test_whichever_of_two_rivals_is_mined_is_recognised_and_the_other_one_forgotten(role, mined, size):
    role.round()
    role.log.grow(2)
    role.round(STUCK_AFTER)
    role.contract.pool = list(role.anchors.rows)

    role.contract.mine(mined)
    role.round()

    assert role.anchors.last_final().size == role.contract.held().size == size
    assert [each.size for each in role.anchors.open()] == ([] if size == 5 else [5])


def test_rivals_come_ever_more_seldom_so_that_an_idle_chain_does_not_drive_up_the_price(role):
    for _ in range(24 * 60):
        role.round(timedelta(minutes=1))

    assert len(role.contract.signed) == 9


def test_a_rival_that_could_not_pay_more_is_the_same_transaction_and_is_not_said(role):
    role.contract.is_free = True
    for _ in range(60):
        role.round(timedelta(minutes=1))

    assert len(role.anchors.rows) == 1
    assert role.told == []


def test_an_anchor_mined_while_we_look_is_built_upon(role):
    role.round()
    role.log.grow(2)

    role.contract.meanwhile = lambda: role.contract.mine(final=False)
    sent = role.round()

    assert sent is not None
    assert [(row.old_size, row.size) for row in role.anchors.rows.values()] == [(0, 3), (3, 5)]


def test_an_anchor_that_can_no_longer_fit_is_not_waited_for(role):
    role.round()
    role.contract.others_append(2, merkle.root_of(role.log.leaves[:2]))

    role.round()

    assert [(row.old_size, row.size) for row in role.anchors.rows.values()] == [(0, 3), (2, 3)]


def test_an_anchor_whose_nonce_others_used_is_signed_anew(role):
    role.round()
    role.contract.others_use_the_nonce()
    role.contract.mine()
    assert role.contract.held().size == 0

    role.round(STUCK_AFTER)
    role.contract.mine()

    assert role.contract.held().size == 3


def test_a_reorganised_anchor_is_sent_again_with_time_to_be_mined(role):
    role.round()
    role.contract.mine(final=False)
    role.round()

    role.contract.reorganise(1)
    role.round(STUCK_AFTER)
    role.round()

    assert role.anchors.states() == ["sent"]
    assert role.contract.pool == ["0x" + "0" * 64] * 2
    assert role.told == [
        f"the anchor of 3 entries (0x{0:064x}) is no longer in block 0: the chain was reorganised"
    ]


def test_a_final_anchor_whose_block_was_replaced_is_said_aloud_and_anchored_again(role):
    for _ in range(2):
        role.round()
        role.contract.mine()
        role.log.grow(2)
    role.round()
    role.contract.pool.clear()

    role.contract.reorganise(2)
    for _ in range(3):
        role.round()
        role.contract.mine(which=-1)
    role.round()

    assert [line for line in role.told if "was final" in line] == [
        f"the anchor of {size} entries (0x{number:064x}) was final, and the chain has replaced its block "
        f"{number}: proofs that name it are void, and it is anchored anew. The finality rule is too weak for "
        "this chain"
        for number, size in [(1, 5), (0, 3)]
    ]
    assert role.anchors.last_final().size == role.contract.held().size == 7


def test_a_final_anchor_that_moved_to_another_block_is_kept_with_that_block(role):
    role.round()
    role.contract.mine()
    role.round()

    role.contract.reorganise(1, back_into_the_pool=True)
    role.contract.mine()
    role.round()

    assert (role.anchors.states(), role.anchors.last_final().block_number) == (["final"], 1)
    assert len(role.told) == 1


def test_a_chain_that_is_shorter_than_it_was_is_waited_for(role):
    role.round()
    role.contract.mine()
    role.round()
    blocks, role.contract.blocks = role.contract.blocks, []

    with pytest.raises(ChainUnavailable, match="no block 0"):
        role.round()
    assert role.anchors.states() == ["final"]

    role.contract.blocks = blocks
    role.round()
    assert role.told == []


def test_an_anchor_that_reverted_is_said_once_with_the_reason_and_a_new_one_is_sent(role):
    role.round()
    role.contract.paused = True
    role.contract.mine(final=False)
    for _ in range(2):
        with pytest.raises(ChainUnavailable, match="EnforcedPause"):
            role.round()
    role.contract.final = 1
    role.contract.paused = False
    role.round()
    role.contract.mine()
    role.round()

    assert role.told == [
        f"the anchor of 3 entries (0x{0:064x}) failed in block 0: the contract refuses: Something()"
    ]
    assert role.anchors.states() == ["reverted", "final"]


def test_an_anchor_overtaken_by_another_sender_reverts_and_the_log_goes_on(role):
    role.round()
    role.contract.others_append(2, merkle.root_of(role.log.leaves[:2]))
    role.contract.mine()
    role.round()
    role.contract.mine()
    role.round()

    assert role.anchors.states() == ["reverted", "final"]
    assert role.contract.held().size == 3
