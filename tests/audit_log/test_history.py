"""All that the contract ever took has to be the log that is served."""

import pytest

from tests.audit_log.auditing import POLICY
from tests.audit_log.fake_chain import FakeChain
from tests.audit_log.log_folder import LogFolder
from traceability.audit.report import Result
from traceability.proof.chain_reader import Head

ROOT = b"r" * 32


@pytest.fixture
def chain(log):
    """Three checkpoints of the log."""
    chain = FakeChain()
    for block, size in [(5, 100), (9, 250), (20, 700)]:
        chain.take(block, size, log.root_at(size))
    return chain


def test_every_checkpoint_that_the_contract_took_is_compared(auditor):
    report = auditor.audit()

    assert report.result is Result.CLEAN
    assert "chain: 3 checkpoints through block 100, the contract holds 700 entries" in report.checked


@pytest.mark.parametrize(("place", "size", "block"), [(0, 100, 5), (1, 250, 9), (2, 700, 20)])
def test_another_root_in_the_contract_is_caught(auditor, log, chain, place, size, block):
    chain.taken[place] = type(chain.taken[place])(block, size, ROOT)

    assert auditor.findings() == [
        f"chain: size {size}, block {block}: the contract has the root {ROOT.hex()}, "
        f"the entries served {log.root_at(size).hex()}"
    ]


def test_a_rewritten_log_is_caught_by_who_never_saw_it_before(auditor, server, tmp_path):
    server.folder = LogFolder(tmp_path / "other").grow(50, events=7).grow(650).folder

    findings = auditor.findings()

    assert [each.split(":")[1] for each in findings] == [
        " size 100, block 5",
        " size 250, block 9",
        " size 700, block 20",
    ]


def test_a_contract_that_holds_more_than_is_served_is_caught(auditor, log, chain):
    chain.take(30, 720, ROOT)

    assert auditor.findings() == [
        "rollback: size 720: the contract holds 720 entries, the log serves 700: rolled back?"
    ]


def test_a_contract_that_holds_more_in_a_block_that_is_not_final_says_nothing_yet(auditor, chain):
    chain.take(130, 720, ROOT)

    report = auditor.audit()

    assert report.unchecked == (
        "chain: the contract holds 720 entries, the log serves 700, in a block that is not final yet",
    )
    assert report.findings == ()


def test_a_log_that_grew_while_it_was_mirrored_is_not_called_rolled_back(auditor, log, chain, server):
    note = (log.folder / "log/checkpoint").read_bytes()
    log.grow(50)
    chain.take(30, log.size, log.checkpoint.root)

    def first_the_old_one(handler):
        server.lies.clear()
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(note)

    server.lies["log/checkpoint"] = first_the_old_one

    report = auditor.audit()

    assert report.findings == ()
    assert report.unchecked == ("chain: what the contract holds above 700 mirrored entries",)
    assert auditor.audit().result is Result.CLEAN


def test_entries_that_the_contract_does_not_hold_are_unchecked_and_since_when(auditor, log, chain):
    del chain.taken[2]

    report = auditor.audit()

    assert report.result is Result.UNCHECKED
    assert report.unchecked == (
        "chain: 450 entries are in no checkpoint that the contract holds; "
        "the oldest was captured at 2026-11-18T11:06:40.250+00:00",
    )


def test_a_log_that_was_never_anchored_is_not_clean(auditor, chain):
    chain.taken.clear()

    report = auditor.audit()

    assert report.result is Result.UNCHECKED
    assert report.unchecked[0].startswith("chain: 700 entries are in no checkpoint that the contract holds; ")


def test_a_checkpoint_from_the_middle_of_an_integration_is_caught(auditor, log, chain):
    chain.take(3, 45, log.root_at(45))

    assert "map: checkpoint of 45 entries: its last entry is not a map entry" in auditor.findings()


def test_a_checkpoint_that_is_only_the_head_must_end_in_a_map_entry_too(auditor, log, chain):
    del chain.taken[2]
    chain.take(130, 695, log.root_at(695))

    assert auditor.findings() == ["map: checkpoint of 695 entries: its last entry is not a map entry"]


def test_events_that_do_not_grow_are_caught(auditor, log, chain):
    chain.take(30, 690, log.root_at(690))

    [finding] = auditor.findings()

    assert finding == "chain: size 690, block 30: the contract took it after 700 entries"


@pytest.mark.parametrize(
    ("head", "said"), [(Head(256, ROOT), "256 entries with the root"), (Head(700, ROOT), "700 entries with")]
)
def test_a_head_that_is_not_the_last_event_is_caught(auditor, chain, head, said):
    chain.head = lambda contract, log_id: head

    [finding] = auditor.findings()

    assert finding.startswith(f"chain: head of the contract: {said}")
    assert "the last event says 700 with" in finding


def test_a_head_that_is_not_final_yet_is_compared_too(auditor, log, chain):
    chain.final = 10
    assert auditor.findings() == []

    chain.taken[2] = type(chain.taken[2])(20, 700, ROOT)

    [finding] = auditor.findings()
    assert finding.startswith(f"chain: head of the contract: the contract has the root {ROOT.hex()}, ")


def test_the_next_audit_looks_at_new_blocks_only(auditor, log, chain):
    auditor.audit()
    chain.asked.clear()
    chain.final = 150

    report = auditor.audit()

    assert chain.asked == [(101, 150)]
    assert "chain: 3 checkpoints through block 150, the contract holds 700 entries" in report.checked


def test_an_untrue_chain_is_found_again_by_the_next_audit(auditor, chain):
    chain.taken[0] = type(chain.taken[0])(5, 100, ROOT)

    assert auditor.findings() == auditor.findings() != []


def test_an_endpoint_that_refuses_wide_ranges_is_asked_for_narrower_ones(auditor, chain):
    chain.final, chain.widest = 50_000, 3_000

    report = auditor.audit()

    assert report.result is Result.CLEAN
    assert "chain: 3 checkpoints through block 50000, the contract holds 700 entries" in report.checked


def test_an_endpoint_that_is_away_leaves_the_chain_unchecked(auditor, chain):
    chain.away = True

    report = auditor.audit()

    assert report.result is Result.UNCHECKED
    assert report.unchecked == ("chain: 0 endpoints answer, want 1; a: chain at a: connection refused",)


def test_an_endpoint_that_never_tells_its_history_leaves_the_chain_unchecked(auditor, chain):
    chain.widest = 0

    [unchecked] = auditor.audit().unchecked

    assert "block range too wide" in unchecked


def test_without_a_chain_in_the_policy_it_is_unchecked_and_said_so(auditor):
    auditor.policy = "".join(line for line in POLICY.splitlines(True) if line[:5] not in ("chain", "contr"))

    report = auditor.audit()

    assert report.result is Result.UNCHECKED
    assert report.unchecked == ("chain: the trust policy names no chain",)


class TestWhereTwoMustAgree:
    @pytest.fixture
    def second(self, auditor, chain):
        auditor.policy = POLICY.replace("agree 1", "agree 2")
        second = FakeChain(*chain.taken, name="b")
        auditor.chains.append(second)
        return second

    def test_two_that_say_the_same_are_believed(self, auditor, second):
        second.final = 90

        report = auditor.audit()

        assert report.result is Result.CLEAN
        assert "chain: 3 checkpoints through block 90, the contract holds 700 entries" in report.checked

    def test_a_third_one_that_is_behind_disturbs_nobody(self, auditor, second):
        auditor.chains.append(FakeChain(*second.taken[:2], name="c", final=10))

        report = auditor.audit()

        assert report.findings == ()
        assert "chain: 3 checkpoints through block 100, the contract holds 700 entries" in report.checked

    def test_the_lie_of_one_alone_is_no_finding(self, auditor, second):
        second.taken[0] = type(second.taken[0])(5, 100, ROOT)

        report = auditor.audit()

        assert report.result is Result.UNCHECKED
        assert report.unchecked[0].startswith("chain: endpoints disagree")

    def test_one_alone_is_not_enough(self, auditor, second):
        second.away = True

        assert auditor.audit().unchecked[0].startswith("chain: 1 endpoints answer, want 2; b: ")

    def test_one_under_two_names_of_the_same_is_one(self, auditor, second):
        second.name = "a"

        assert auditor.audit().unchecked[0].startswith("chain: 1 endpoints answer, want 2")
