"""A reading with a receipt stands in the log as it was sent, or is named."""

from dataclasses import replace

import pytest

from tests.audit_log.auditing import GATEWAY, NOW_MS
from tests.audit_log.events import COLD_7, OTHER, EventLog, a_payload, digest_of
from tests.audit_log.log_folder import SIGNER
from tests.builders import a_fitting, a_harvest
from traceability.audit.report import Result
from traceability.errors import InvalidInput
from traceability.telemetry.receipt import Conflict, Quarantined, Receipt, sign_receipt
from traceability.telemetry.runs import START, Accounted, Run, Runs, Status, chained


def a_run(first, last, quarantined=(), changed=(), **of):
    chain = START
    for number in range(first, last + 1):
        status = Status.QUARANTINED if number in quarantined else Status.HELD
        digest = b"x" * 32 if number in changed else digest_of(number, **of)
        chain = chained(chain, Accounted(number, status, digest))
    return Run(first, last, chain)


def a_receipt(*runs, device=COLD_7, epoch=9, due_ms=NOW_MS, **fields):
    return Receipt(device.alias, due_ms - 60_000, due_ms, Runs(epoch, runs), **fields)


@pytest.fixture
def log(tmp_path):
    """Holds numbers 1 to 6 of one device and 1 to 3 of another, and what partners sent."""
    log = EventLog(tmp_path / "log")
    log.capture(a_harvest(0))
    log.seal(1, 2, 3)
    log.seal(1, 2, 3, device=OTHER)
    log.capture(a_fitting(1, "https://id.gs1.org/00/095212340000000020", COLD_7.giai))
    log.seal(4, 5, 6)
    return log.prove_all()


@pytest.fixture
def receipts(tmp_path):
    folder = tmp_path / "receipts"
    folder.mkdir()

    def keep(receipt, name="1", signer=GATEWAY):
        (folder / f"{name}.receipt").write_bytes(sign_receipt(receipt, signer))
        return folder

    return keep


def test_readings_that_the_log_holds_as_they_were_sent_are_clean(auditor, receipts):
    receipts(a_receipt(a_run(1, 3)), "early")
    folder = receipts(a_receipt(a_run(1, 6)), "late")
    (folder / "cold-7.9.5.payload").write_bytes(a_payload(5))

    report = auditor.audit(receipts=folder)

    assert report.result is Result.CLEAN, report.lines()
    assert "receipts: 2, 0 of them not due yet" in report.checked
    assert "receipts: 6 readings in batches of their devices" in report.checked


@pytest.mark.parametrize(
    ("runs", "numbers", "name"),
    [
        ([a_run(1, 7)], "number 7", "1"),
        ([a_run(1, 9)], "numbers 7 to 9", "1"),
        ([a_run(1, 3), a_run(6, 8)], "numbers 7 to 8", "1"),
        ([a_run(1, 3), a_run(9, 9)], "number 9", "1"),
    ],
)
def test_a_reading_that_has_a_receipt_but_no_entry_is_caught(auditor, receipts, runs, numbers, name):
    folder = receipts(a_receipt(*runs), name)

    assert auditor.findings(receipts=folder) == [
        f"receipt: cold-7, epoch 9, {numbers}: {name}.receipt accounts for it, "
        "but no batch of the log holds it and no receipt quarantines it"
    ]


def test_a_reading_left_out_of_the_middle_is_caught_whichever_receipts_are_there(
    tmp_path, auditor, server, receipts, chain
):
    log = EventLog(tmp_path / "leaving-out")
    log.seal(1, 2)
    log.seal(4, 5, 6)
    server.folder = log.prove_all().folder
    chain.taken.clear()
    receipts(a_receipt(a_run(1, 1), a_run(4, 5)), "1")
    folder = receipts(a_receipt(a_run(1, 6)), "2")

    [finding] = auditor.findings(receipts=folder)

    assert finding.startswith("receipt: cold-7, epoch 9, number 3: 2.receipt accounts for it")


def test_a_missing_reading_is_named_once_by_the_first_receipt_that_accounts_for_it(auditor, receipts):
    receipts(a_receipt(a_run(1, 7)), "1")
    folder = receipts(a_receipt(a_run(1, 9)), "2")

    told = [finding.split(" accounts")[0] for finding in auditor.findings(receipts=folder)]

    assert told == [
        "receipt: cold-7, epoch 9, number 7: 1.receipt",
        "receipt: cold-7, epoch 9, numbers 8 to 9: 2.receipt",
    ]


def test_an_event_that_two_checks_miss_is_named_once(auditor, receipts, log):
    (log.folder / f"proof/{log._events[0][1].key}").unlink()
    folder = receipts(a_receipt(a_run(1, 6)))

    assert len(auditor.findings(receipts=folder, with_events=True)) == 1


def test_each_device_and_epoch_has_its_own_numbers(auditor, receipts):
    receipts(a_receipt(a_run(1, 3, device=OTHER), device=OTHER), "other")
    folder = receipts(a_receipt(a_run(1, 2, epoch=10), epoch=10), "tenth")

    [finding] = auditor.findings(receipts=folder)

    assert finding.startswith("receipt: cold-7, epoch 10, numbers 1 to 2: tenth.receipt accounts for it")


def test_what_a_receipt_promises_for_later_is_not_missed_yet(auditor, receipts):
    folder = receipts(a_receipt(a_run(1, 9), due_ms=NOW_MS + 1))

    report = auditor.audit(receipts=folder)

    assert report.result is Result.CLEAN
    assert "receipts: 1, 1 of them not due yet" in report.checked


@pytest.mark.parametrize("how", ["quarantined", "conflict"])
def test_a_number_that_a_receipt_names_as_quarantined_is_not_missed(auditor, receipts, how):
    digest = digest_of(7)
    named = {
        "quarantined": {"quarantined": (Quarantined(7, digest, "odd"),)},
        "conflict": {"conflicts": (Conflict(7, digest, Status.QUARANTINED, b"y" * 32),)},
    }
    folder = receipts(a_receipt(a_run(1, 7, quarantined={7}), **named[how]))

    assert auditor.findings(receipts=folder) == []


def test_a_payload_that_is_not_the_one_in_the_log_is_caught(auditor, receipts):
    folder = receipts(a_receipt(a_run(1, 6)))
    (folder / "cold-7.9.5.payload").write_bytes(a_payload(5, celsius=9))

    assert auditor.findings(receipts=folder) == [
        f"receipt: cold-7, epoch 9, number 5: the log holds a payload of the digest {digest_of(5).hex()}, "
        f"sent was {digest_of(5, celsius=9).hex()}"
    ]


def test_a_payload_that_came_later_under_the_same_number_may_differ(auditor, receipts):
    later = digest_of(5, celsius=9)
    folder = receipts(a_receipt(a_run(1, 6), conflicts=(Conflict(5, digest_of(5), Status.HELD, later),)))
    (folder / "cold-7.9.5.payload").write_bytes(a_payload(5, celsius=9))

    assert auditor.findings(receipts=folder) == []


def test_a_chain_that_the_payloads_in_the_log_do_not_give_is_caught_between_two_receipts(auditor, receipts):
    receipts(a_receipt(a_run(1, 3)), "sound")
    folder = receipts(a_receipt(a_run(1, 6, changed={5})), "other")
    stated, ours = a_run(1, 6, changed={5}).chain.hex(), a_run(1, 6).chain.hex()

    assert auditor.findings(receipts=folder) == [
        f"receipt: cold-7, epoch 9, numbers 4 to 6: other.receipt has the chain {stated}, "
        f"the log's payloads {ours}"
    ]


@pytest.mark.parametrize("order", [(4, 1), (1, 4)])
def test_a_falsified_reading_beside_the_true_one_is_caught(tmp_path, auditor, server, receipts, chain, order):
    log = EventLog(tmp_path / "twice")
    for celsius in order:
        log.seal(1, 2, 3, celsius=celsius)
    server.folder = log.prove_all().folder
    chain.hold(log)
    folder = receipts(a_receipt(a_run(1, 3)))
    (folder / "cold-7.9.2.payload").write_bytes(a_payload(2))

    findings = auditor.findings(receipts=folder)

    digests = " and ".join(sorted([digest_of(2).hex(), digest_of(2, celsius=1).hex()]))
    assert len(findings) == 3
    assert findings[1] == (
        f"receipt: cold-7, epoch 9, number 2: the log holds payloads of the digests {digests}, "
        "and no receipt tells of a conflict"
    )


def test_a_falsified_reading_under_another_name_of_the_device_is_caught_among_all_events(
    auditor, receipts, log, chain
):
    log.seal(2, celsius=1, device=replace(COLD_7, giai=OTHER.giai))
    log.prove_all()
    chain.hold(log)
    folder = receipts(a_receipt(a_run(1, 6)))

    [finding] = auditor.findings(receipts=folder, with_events=True)

    assert finding.startswith("receipt: cold-7, epoch 9, number 2: the log holds payloads of the digests")


def test_two_contents_of_a_number_that_a_receipt_tells_of_are_no_lie(
    tmp_path, auditor, server, receipts, chain
):
    log = EventLog(tmp_path / "twice")
    log.seal(1, 2)
    log.seal(2, celsius=1)
    server.folder = log.prove_all().folder
    chain.hold(log)
    told = Conflict(2, digest_of(2), Status.HELD, digest_of(2, celsius=1))
    folder = receipts(a_receipt(a_run(1, 2), conflicts=(told,)))

    assert auditor.audit(receipts=folder).result is Result.CLEAN


def test_what_came_later_may_not_stand_in_the_log_alone(tmp_path, auditor, server, receipts, chain):
    log = EventLog(tmp_path / "later")
    log.seal(1, celsius=1)
    server.folder = log.prove_all().folder
    chain.hold(log)
    told = Conflict(1, digest_of(1), Status.HELD, digest_of(1, celsius=1))
    folder = receipts(a_receipt(a_run(1, 1, celsius=1), conflicts=(told,)))
    (folder / "cold-7.9.1.payload").write_bytes(a_payload(1))

    [finding] = auditor.findings(receipts=folder)

    assert finding.startswith("receipt: cold-7, epoch 9, number 1: the log holds a payload of the digest")


def test_a_reading_is_not_called_missing_in_a_log_that_did_not_come_whole(
    tmp_path, auditor, server, receipts, log, chain
):
    for _ in range(300):
        log.capture(a_harvest(9))
    log.seal(7)
    server.folder = log.prove_all().folder
    chain.hold(log)
    server.lies["log/tile/entries/001"] = lambda handler: handler.send_error(503)
    folder = receipts(a_receipt(a_run(1, 7)))

    report = auditor.audit(receipts=folder)

    assert report.findings == ()
    assert "receipts: cold-7, epoch 9, number 7: not in the entries that are mirrored" in report.unchecked


def test_a_range_above_has_a_chain_of_its_own(auditor, receipts):
    folder = receipts(a_receipt(a_run(1, 1), a_run(4, 6, changed={4})))

    [finding] = auditor.findings(receipts=folder)

    assert finding.startswith("receipt: cold-7, epoch 9, numbers 4 to 6: 1.receipt has the chain")


def test_a_receipt_that_no_trusted_gateway_signed_is_caught(auditor, receipts):
    folder = receipts(a_receipt(a_run(1, 6)), "forged", signer=SIGNER)

    [finding] = auditor.findings(receipts=folder)

    assert finding.startswith("receipt: forged.receipt: signed by guoji.example/log")


@pytest.mark.parametrize("content", [b"", b"\xff", b"guoji/receipt/v1\n"])
def test_a_receipt_that_cannot_be_read_is_named(auditor, receipts, content):
    folder = receipts(a_receipt(a_run(1, 6)))
    (folder / "broken.receipt").write_bytes(content)

    [finding] = auditor.findings(receipts=folder)

    assert finding.startswith("receipt: broken.receipt: ")


def test_a_number_as_large_as_a_receipt_can_state_costs_no_time(auditor, receipts):
    folder = receipts(a_receipt(Run(1, 10**15, b"c" * 32)))

    [finding] = auditor.findings(receipts=folder)

    assert finding.startswith("receipt: cold-7, epoch 9, numbers 7 to 1000000000000000: 1.receipt")


@pytest.mark.parametrize("name", ["1.recipt", "cold-7.payload", "cold-7.9.x.payload", "a b.9.1.payload"])
def test_a_file_of_another_name_is_refused_and_not_passed_over(auditor, receipts, name):
    folder = receipts(a_receipt(a_run(1, 6)))
    (folder / name).write_bytes(b"")

    with pytest.raises(InvalidInput, match="is neither a"):
        auditor.audit(receipts=folder)


def test_without_a_gateway_in_the_policy_receipts_are_unchecked(auditor, receipts):
    auditor.policy = "".join(line for line in auditor.policy.splitlines(True) if "gateway" not in line[:8])

    report = auditor.audit(receipts=receipts(a_receipt(a_run(1, 6))))

    assert report.unchecked == ("receipts: the trust policy names no gateway",)


def test_only_the_batches_of_the_devices_are_read_where_the_map_is_mirrored(auditor, server, receipts, log):
    for _ in range(5):
        log.capture(a_harvest(9))
    server.folder = log.prove_all().folder
    auditor.chains[0].taken.clear()
    folder = receipts(a_receipt(a_run(1, 6)))

    assert auditor.findings(receipts=folder) == []

    # Entry 0 is a partner's; 2, the first batch, tells the device's name; 6 and 8 name it.
    read = [log_index(log, path) for path in server.asked if path.startswith("proof/")]
    assert read == [0, 2, 6, 8]


def log_index(log, path):
    return next(index for index, stored, _ in log._events if path == f"proof/{stored.key}")


def test_before_a_reading_is_called_missing_every_event_is_read(auditor, server, receipts, log):
    folder = receipts(a_receipt(a_run(1, 7)))

    auditor.audit(receipts=folder)

    assert len({path for path in server.asked if path.startswith("proof/")}) == len(log._events)
