"""Keys are rotated on a real chain: nothing is held up longer than it takes, whatever line a crash is on."""

from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog

from tests.chain.conftest import PROJECT
from traceability.chain.accounts import load_account
from traceability.chain.client import ChainClient
from traceability.chain.contract import TraceLogContract
from traceability.chain.devnet import start_devnet
from traceability.chain.rpc import RpcChain
from traceability.errors import Refused, Unavailable
from traceability.keys import files as keyfiles
from traceability.keys import ring as key_ring
from traceability.keys.ring import CHAIN, GATEWAY, LOG, NEXT, OLD
from traceability.ledger.ports import Held
from traceability.log.merkle import consistency_proof, leaf_hash, root_of
from traceability.log.note import NoteVerifier
from traceability.own_chain import contract, contract_at
from traceability.own_policy import gateway_signer, log_signer, own_gateways, own_logs, policy, policy_text
from traceability.upkeep.deployment import deploy_on_devnet
from traceability.upkeep.hand_over import rotate_chain
from traceability.upkeep.rotation import rotate_gateway, rotate_log

A_DAY_S = 86_400
LEAVES = [leaf_hash(b"entry %d" % index) for index in range(9)]


class Crash(Exception):
    pass


@pytest.fixture(scope="module")
def own_devnet(tmp_path_factory):
    """Its clock is put forward."""
    running = start_devnet(PROJECT, tmp_path_factory.mktemp("devnet"))
    yield running
    running.stop()


@pytest.fixture
def installation(own_devnet, settings, compiled, monkeypatch):
    """With a contract on a chain."""
    for module in ("own_chain", "upkeep.deployment"):
        monkeypatch.setattr(f"traceability.{module}.compiled_contract", lambda _settings: compiled)
    settings = replace(settings, rpc_url=own_devnet.url)
    (settings.home / "chain").mkdir()
    deploy_on_devnet(settings, structlog.get_logger())
    return settings


@pytest.fixture
def through(monkeypatch):
    """Lets so many effects of `rotate` on disk and chain happen, then none; whether it got through."""

    def rotating(rotate, effects):
        left = iter(range(effects))

        def counted(effect):
            def count_down(*args, **named):
                if next(left, None) is None:
                    raise Crash
                return effect(*args, **named)

            return count_down

        with monkeypatch.context() as patched:
            for module in (keyfiles, key_ring):
                patched.setattr(module, "write_secret", counted(module.write_secret))
            for method in ("rename", "replace", "hardlink_to", "unlink"):
                patched.setattr(Path, method, counted(getattr(Path, method)))
            patched.setattr(ChainClient, "mine", counted(ChainClient.mine))
            with suppress(Crash):
                rotate()
                return True
        return False

    return rotating


@contextmanager
def allow_waiting(name):
    try:
        yield
    except Unavailable as waiting:
        if f"`guoji keys rotate {name}` finishes what was interrupted" not in str(waiting):
            raise


def anchor(seen, size, old_size=0, leaves=LEAVES):
    """Have the contract take an append."""
    proof = consistency_proof(leaves[:size], old_size) if old_size else []
    seen.client.mine(seen.sign_append(old_size, size, root_of(leaves[:size]), proof))


def predecessor(seen):
    return RpcChain(seen.client.web3.provider.endpoint_uri).predecessor(seen.address, seen.log_id)


def now_on(settings):
    """The chain's time."""
    block = RpcChain(settings.rpc_url).call("eth_getBlockByNumber", "latest", False)
    return datetime.fromtimestamp(int(block["timestamp"], 16), UTC)


def a_day_later(settings):
    chain = RpcChain(settings.rpc_url)
    chain.call("evm_increaseTime", hex(A_DAY_S + 60))
    chain.call("anvil_mine", "0x1")
    return now_on(settings)


def address(settings, name=CHAIN):
    return load_account(settings.key_ring, name).address


def test_the_account_is_handed_over_in_two_calls_a_day_apart(installation):
    old, said = address(installation), []

    assert not rotate_chain(installation, now_on(installation), said.append)
    new, seen = address(installation), contract(installation)

    assert new != old == address(installation, CHAIN + OLD)
    assert (seen.may_append(new), seen.may_append(old)) == (True, False)
    assert seen.administrator() == old
    assert said[-1].startswith("left to do: `guoji keys rotate chain` after ")
    assert any(line.startswith(f"{new} pays from now on, and holds 999.") for line in said)

    assert rotate_chain(installation, a_day_later(installation), said.append)
    assert address(installation) == new == seen.administrator()
    assert not installation.key_ring.has(CHAIN + OLD)
    assert seen.next_administrator() is None


def test_calling_too_early_does_nothing_twice(installation):
    rotate_chain(installation, now_on(installation), lambda _: None)
    named, new, said = contract(installation).next_administrator(), address(installation), []

    assert not rotate_chain(installation, now_on(installation) + timedelta(hours=1), said.append)

    assert (contract(installation).next_administrator(), address(installation)) == (named, new)
    assert len(said) == 2


@pytest.mark.slow
@pytest.mark.parametrize("effects", range(12))
def test_wherever_a_hand_over_crashes_the_key_in_place_may_append_and_the_next_call_goes_on(
    installation, through, effects
):
    old = address(installation)

    def rotate():
        rotate_chain(installation, now_on(installation), lambda _: None)

    is_through = through(rotate, effects)

    assert contract(installation).may_append(address(installation))
    assert installation.key_ring.has(CHAIN + OLD) or address(installation) == old
    assert not is_through or effects > 8
    rotate()
    new = address(installation)
    assert new != old
    assert rotate_chain(installation, a_day_later(installation), lambda _: None)
    seen = contract(installation)
    assert (address(installation), seen.administrator()) == (new, new)
    assert (seen.may_append(new), seen.may_append(old)) == (True, False)
    assert {held.file.name for held in installation.key_ring.all()} == {LOG, GATEWAY, CHAIN}


@pytest.mark.slow
@pytest.mark.parametrize("effects", range(4))
def test_wherever_the_end_of_a_hand_over_crashes_the_next_call_ends_it(installation, through, effects):
    rotate_chain(installation, now_on(installation), lambda _: None)
    new, later = address(installation), a_day_later(installation)

    through(lambda: rotate_chain(installation, later, lambda _: None), effects)
    if installation.key_ring.has(CHAIN + OLD):
        assert rotate_chain(installation, later, lambda _: None)

    assert contract(installation).administrator() == new == address(installation)
    assert not installation.key_ring.has(CHAIN + OLD)


def test_a_contract_that_somebody_else_administers_says_what_they_must_do(installation, client_at):
    mine, theirs = contract(installation), client_at(installation.rpc_url)
    mine.hand_over(theirs.account.address)
    a_day_later(installation)
    administrator = contract_at(installation, theirs, mine.address)
    administrator.take_over()

    with pytest.raises(Refused, match=rf"{theirs.account.address} administers the contract .*grantRole\(0x"):
        rotate_chain(installation, now_on(installation), lambda _: None)
    assert mine.may_append()
    administrator.grant_publisher(address(installation, CHAIN + NEXT))

    assert rotate_chain(installation, now_on(installation), lambda _: None)
    assert contract(installation).may_append()
    assert administrator.administrator() == theirs.account.address


def test_a_new_key_of_the_log_comes_after_the_old_one_and_takes_its_right_to_append(installation):
    old = NoteVerifier.of(log_signer(installation))

    new = rotate_log(installation)

    assert own_logs(installation) == (old, new)
    assert NoteVerifier.of(log_signer(installation)) == new
    assert contract(installation, log=new).may_append()
    assert not contract(installation, log=old).may_append()
    assert installation.key_ring.has(LOG + OLD) is installation.key_ring.has(LOG + NEXT) is False


def test_the_new_key_of_the_log_goes_on_with_what_was_anchored_and_cannot_rewrite_it(installation):
    of_old = contract(installation)
    anchor(of_old, 5)

    of_new = contract(installation, log=rotate_log(installation))

    assert of_new.held() == Held(5, root_of(LEAVES[:5]))
    assert predecessor(of_new) == of_old.log_id
    with pytest.raises(Refused, match=r"TraceLogRewritten\(.*, oldSize 5, size 9\)"):
        anchor(of_new, 9, old_size=5, leaves=[leaf_hash(b"forged"), *LEAVES[1:]])
    anchor(of_new, 9, old_size=5)


def test_nobody_appends_under_the_old_key_even_if_granted_the_role_again(installation):
    of_old = contract(installation)
    anchor(of_old, 5)
    rotate_log(installation)

    of_old.grant_publisher(of_old.client.account.address)

    with pytest.raises(Refused, match="TraceLogSucceeded"):
        anchor(of_old, 9, old_size=5)


def test_an_anchor_that_comes_in_the_midst_of_a_rotation_is_taken_over_too(installation, monkeypatch):
    of_old, renounce = contract(installation), TraceLogContract.renounce_publisher

    def late(seen):
        if not of_old.held().size:
            anchor(of_old, 5)
        renounce(seen)

    monkeypatch.setattr(TraceLogContract, "renounce_publisher", late)
    new = rotate_log(installation)

    assert contract(installation, log=new).held() == Held(5, root_of(LEAVES[:5]))
    assert not of_old.may_append()


@pytest.mark.slow
@pytest.mark.parametrize("effects", range(9))
def test_wherever_the_rotation_of_the_log_crashes_nothing_is_signed_that_nobody_believes(
    installation, through, effects
):
    of_old = contract(installation)
    anchor(of_old, 5)
    old = NoteVerifier.of(log_signer(installation))

    is_through = through(lambda: rotate_log(installation), effects)

    with allow_waiting("log"):
        assert NoteVerifier.of(log_signer(installation)) == own_logs(installation)[-1]
    if not is_through:
        rotate_log(installation)
    new = NoteVerifier.of(log_signer(installation))
    assert own_logs(installation) == (old, new)
    of_new = contract(installation)
    assert (of_new.may_append(), of_old.may_append()) == (True, False)
    assert (of_new.held(), predecessor(of_new)) == (of_old.held(), of_old.log_id)
    assert is_through is (effects == 8)


def test_a_new_key_of_the_gateway_leaves_the_old_one_believed(settings):
    old = NoteVerifier.of(gateway_signer(settings))

    new = rotate_gateway(settings)

    assert own_gateways(settings) == (old, new)
    assert NoteVerifier.of(gateway_signer(settings)) == new


@pytest.mark.parametrize("effects", range(8))
def test_wherever_the_rotation_of_the_gateway_crashes_no_receipt_is_signed_that_nobody_believes(
    settings, through, effects
):
    is_through = through(lambda: rotate_gateway(settings), effects)

    with allow_waiting("gateway"):
        assert NoteVerifier.of(gateway_signer(settings)) == own_gateways(settings)[-1]
    if not is_through:
        rotate_gateway(settings)
    assert NoteVerifier.of(gateway_signer(settings)) == own_gateways(settings)[-1]
    assert len(own_gateways(settings)) == 2


def test_what_an_operator_wrote_into_the_trust_policy_stays(settings):
    own = "\n# asked on Monday\nendpoint https://chain.example\n"
    settings.trust_file.write_text(policy_text(settings) + "chain 5\ncontract 0x" + "12" * 20 + own)

    rotate_gateway(settings)

    assert policy_text(settings).endswith(own)
    assert policy(settings).endpoints == ("https://chain.example",)
