"""`guoji notify`: send partners what they have subscribed to."""

import argparse
import os
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import structlog

from traceability.cli.journal import journal
from traceability.cli.loop import every, until_told_to_stop
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.ledger.notify import Post
    from traceability.own_store import Store

EVERY_S = 0.5
"""Of looking, and of delivering."""
COURIERS = 8
"""So many receivers may be slow at a time before the others have to wait."""

_Log = structlog.typing.FilteringBoundLogger


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    role = commands.add_parser(
        "notify",
        help="send partners what they have subscribed to",
        description="Look at what the log takes, and send each subscriber what answers its query. What "
        "cannot be delivered is tried again, ever more seldom, for about two days. Several share the work.",
    )
    role.set_defaults(run=_notify)


def _notify(_args: argparse.Namespace) -> int:
    from traceability.ledger.notify import look
    from traceability.own_store import open_store
    from traceability.wiring import partner_post

    settings = Settings.read(os.environ)
    log, stop, store = journal("notify", settings.log_json), until_told_to_stop(), open_store(settings)
    post, ended = partner_post(settings), threading.Event()

    def died(_: "Future[None]") -> None:
        # A courier that dies ends the process, whose supervisor starts it anew.
        stop.set()

    with ThreadPoolExecutor(COURIERS) as pool:
        couriers = [pool.submit(_deliver_all, store, post, ended, log) for _ in range(COURIERS)]
        for each in couriers:
            each.add_done_callback(died)
        try:
            every(EVERY_S, lambda: look(store.notices, store.log_events, store.tokens, _now_ms()), stop, log)
        finally:
            ended.set()
    for each in couriers:
        each.result()
    return 0


def _deliver_all(store: "Store", post: "Post", ended: threading.Event, log: _Log) -> None:
    from traceability.ledger.notify import deliver

    def step() -> None:
        while not ended.is_set():
            tried = deliver(store.notices, store.log_events, store.tokens, post, _now_ms())
            if tried is None:
                return
            delivery, came = tried
            if came == "sent":
                log.info("sent", delivery=delivery.id, events=len(delivery.events))
            else:
                log.warning("not delivered", delivery=delivery.id, reason=came)

    every(EVERY_S, step, ended, log)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
