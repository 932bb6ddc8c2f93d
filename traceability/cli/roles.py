"""`guoji seal | publish | anchor | devnet`: what `guoji up` runs, one by one."""

import argparse
import os

from traceability.cli.journal import journal
from traceability.cli.loop import every, seldom, until_told_to_stop, until_true
from traceability.settings import Settings

SETTLE_EVERY_S = 1.0
TIDY_EVERY_S = 60.0
LOOK_AGAIN_AFTER_S = 60.0
"""Between two tries to compare our store with what the chain holds."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    for name, run, help_text, description in (
        (
            "seal",
            _seal,
            "close the devices' windows of readings into batches",
            "Close each device's readings into a batch every GUOJI_SEAL_EVERY_S seconds: one Merkle root "
            "over them, one EPCIS event that says what they hold and what is missing. The bytes of "
            "quarantined messages are dropped after GUOJI_QUARANTINE_DAYS, scans of items after "
            "GUOJI_SCAN_DAYS; what was said on air is erased after GUOJI_AIR_DAYS.",
        ),
        (
            "publish",
            _publish,
            "bring recorded events under a signed checkpoint",
            "Give each recorded event its place in the log and sign the tree, every GUOJI_PUBLISH_EVERY_S "
            "seconds. A second publisher on the same database loses and says so.",
        ),
        (
            "anchor",
            _anchor,
            "have the contract on the chain hold the newest checkpoint",
            "Send the newest checkpoint to the contract every GUOJI_ANCHOR_EVERY_S seconds, and follow it "
            "until it is final. While the chain is away everything else goes on, and this catches up.",
        ),
        (
            "devnet",
            _devnet,
            "run the embedded test chain and keep its state",
            "Run a private Ethereum test chain on the port of GUOJI_RPC_URL. Whoever runs it can edit it: "
            "good for trying things out, worth nothing to a stranger.",
        ),
    ):
        commands.add_parser(name, help=help_text, description=description).set_defaults(run=run)


def _seal(_args: argparse.Namespace) -> int:
    import time

    from traceability.ledger.seal import seal
    from traceability.ledger.tidy import Kept, tidy
    from traceability.live.forget_said import forget_said
    from traceability.own_files import erasure_journal, thresholds
    from traceability.own_store import open_store
    from traceability.wiring import public_url

    settings = Settings.read(os.environ)
    limits = thresholds(settings)
    log, stop, store = journal("seal", settings.log_json), until_told_to_stop(), open_store(settings)

    kept = Kept(settings.quarantine_days, settings.scan_days, settings.scan_salt_days)

    def clear_away() -> None:
        now_ms = int(time.time() * 1000)
        done = tidy(store.quarantine, store.personal, store.scans, now_ms, kept)
        if done.dropped:
            log.info("quarantine: bytes dropped", messages=done.dropped)
        if done.scans:
            log.info("scans: dropped after their time", rows=done.scans)
        if count := forget_said(
            store.air, erasure_journal(settings), store.personal, now_ms, settings.air_days
        ):
            log.info("on air: words erased after their time", sentences=count)
        if not done.swept:
            log.warning("what was erased is not out of the database's files yet, for somebody reads them")

    tidy_up = seldom(TIDY_EVERY_S, clear_away)

    def step() -> None:
        tidy_up()
        now_ms = int(time.time() * 1000)
        closed = seal(store.sealing, now_ms, settings.seal_every_s, public_url(settings), limits)
        if closed:
            log.info("sealed", batches=closed)

    every(min(settings.seal_every_s, 1), step, stop, log)
    return 0


def _publish(_args: argparse.Namespace) -> int:
    from traceability.ledger.publish import publish
    from traceability.own_chain import is_not_behind_the_chain
    from traceability.own_policy import log_signer, own_logs
    from traceability.own_store import open_store
    from traceability.store.high_water import HighWaterFile

    settings = Settings.read(os.environ)
    log, stop, store = journal("publish", settings.log_json), until_told_to_stop(), open_store(settings)
    signer, older = log_signer(settings), own_logs(settings)[:-1]
    mark = HighWaterFile(settings.high_water_file)
    # A chain that is away does not hold us up, but it is asked until it has answered once.
    look = until_true(lambda: is_not_behind_the_chain(settings, store.log), LOOK_AGAIN_AFTER_S)

    def step() -> None:
        look()
        checkpoint = publish(store.log, store.checkpoints, mark, signer, older)
        if checkpoint is not None:
            log.info("published", size=checkpoint.size, root=checkpoint.root.hex()[:16])

    every(settings.publish_every_s, step, stop, log)
    return 0


def _anchor(_args: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from traceability.ledger.anchor import anchor
    from traceability.own_chain import contract
    from traceability.own_policy import own_log
    from traceability.own_store import open_store

    settings = Settings.read(os.environ)
    log, stop, store = journal("anchor", settings.log_json), until_told_to_stop(), open_store(settings)
    verifier, final = own_log(settings), store.anchors.last_final()

    def step() -> None:
        nonlocal final
        sent = anchor(
            store.log,
            store.checkpoints,
            store.anchors,
            contract(settings, log=verifier),
            verifier,
            datetime.now(UTC),
            lambda trouble: log.warning("anchor in trouble", reason=trouble),
        )
        if sent is not None:
            log.info("anchoring", size=sent.size, root=sent.root.hex()[:16])
        before, final = final, store.anchors.last_final()
        if final is not None and (before is None or final.size > before.size):
            log.info("an anchor is final", size=final.size, root=final.root.hex()[:16])

    every(settings.anchor_every_s, step, stop, log)
    return 0


def _devnet(_args: argparse.Namespace) -> int:
    from urllib.parse import urlsplit

    from traceability.chain.devnet import save_state, settle, start_devnet
    from traceability.errors import Refused
    from traceability.own_chain import PROJECT, rpc_url

    settings = Settings.read(os.environ)
    log, stop = journal("devnet", settings.log_json), until_told_to_stop()
    folder = settings.home / "chain"
    chain = start_devnet(PROJECT, folder, urlsplit(rpc_url(settings)).port or 0)
    log.info("test chain is up", url=chain.url, keeps_state=chain.keeps_state)

    def step() -> None:
        if chain.process.poll() is not None:
            raise Refused(f"the test chain ended by itself (exit {chain.process.returncode})")
        settle(chain.url, keep)

    def keep() -> None:
        if chain.keeps_state:
            save_state(chain.url, folder)

    try:
        every(SETTLE_EVERY_S, step, stop, log)
        keep()
    finally:
        chain.stop()
    return 0
