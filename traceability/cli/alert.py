"""`guoji alert`: watch readings as they come in, and tell people."""

import argparse
import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from traceability.alerts.deliver import Send, deliver
from traceability.alerts.ports import Outbox
from traceability.cli.journal import journal
from traceability.cli.loop import every, until_told_to_stop
from traceability.errors import InvalidInput
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.alert_plan import Plan
    from traceability.own_store import Store

EVERY_S = 0.25
"""Of looking, and of delivering. An alert leaves within two of these and the time that its commits take."""

_Log = structlog.typing.FilteringBoundLogger


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    role = commands.add_parser(
        "alert",
        help="watch readings as they come in, and tell people",
        description="Raise an alert where readings break a rule of GUOJI_ALERTS_FILE or stop coming, and "
        "tell its targets by webhook or e-mail. What cannot be delivered is tried again, more and more "
        "seldom. Without that file it waits and does nothing. A file that is changed counts within seconds; "
        "one with a mistake in it does not, and the last one goes on.",
    )
    role.set_defaults(run=_alert)


class PlanFiles:
    """The plan as its files say it, and whether they say another one by now."""

    def __init__(self, settings: Settings) -> None:
        """Raises `InvalidInput`: a mistake stops the start."""
        self._settings = settings
        # Limits may come from a profile of the other file.
        self._files = [settings.home / name for name in (settings.alerts_file, settings.cold_chain_file)]
        self._seen = self._states()
        self.plan = _read(settings)

    def changed(self, log: _Log) -> bool:
        """Whether there is a new plan. One that cannot be read is said once, and the old one stays."""
        states = self._states()
        if states == self._seen:
            return False
        self._seen = states
        try:
            self.plan = _read(self._settings)
        except (InvalidInput, OSError, UnicodeDecodeError) as mistake:
            log.error("the new rules do not count, those before go on", reason=str(mistake))
            return False
        return True

    def _states(self) -> list[tuple[int, int, int] | None]:
        return [_state(file) for file in self._files]


class _Changed(Exception):
    """There is a new plan."""


def _read(settings: Settings) -> "Plan":
    from traceability.own_files import alert_plan

    return alert_plan(settings)


def _state(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _alert(_args: argparse.Namespace) -> int:
    from traceability.own_store import open_store

    settings = Settings.read(os.environ)
    log, stop, store = journal("alert", settings.log_json), until_told_to_stop(), open_store(settings)
    files = PlanFiles(settings)
    while not stop.is_set():
        plan = files.plan
        log.info("watching", rules=len(plan.rules), targets=len(plan.targets))
        try:
            _watch(plan, store, files, stop, log)
        except _Changed:
            continue
    return 0


def _watch(plan: "Plan", store: "Store", files: PlanFiles, stop: threading.Event, log: _Log) -> None:
    """Until `stop`. Raises `_Changed`."""
    ended = threading.Event()
    with ThreadPoolExecutor(max(len(plan.targets), 1)) as pool:
        # One thread a target: a slow one delays neither the others nor the watching.
        couriers = [
            pool.submit(_deliver_all, store.alerts, name, send, ended, log)
            for name, send in plan.targets.items()
        ]
        _stop_with(couriers, ended, stop)
        try:
            store.alert_watches.begin(plan.rules, _now_ms())
            every(EVERY_S, lambda: _step(plan, store, files, log), stop, log)
        finally:
            ended.set()
    for each in couriers:
        each.result()


def _step(plan: "Plan", store: "Store", files: PlanFiles, log: _Log) -> None:
    from traceability.alerts.look import look
    from traceability.alerts.tell import tell

    if files.changed(log):
        raise _Changed
    if not plan.rules:
        return
    changes = look(store.alert_watches, plan.rules, _now_ms()) + store.alerts.escalate(_now_ms())
    if changes:
        log.info("alerts", raised_or_resolved=changes)
    tell(store.alerts, plan.audience, _now_ms())


def _stop_with(couriers: "Sequence[Future[None]]", ended: threading.Event, stop: threading.Event) -> None:
    """A courier that dies ends the process, whose supervisor starts it anew."""

    def died(_: "Future[None]") -> None:
        if not ended.is_set():
            stop.set()

    for each in couriers:
        each.add_done_callback(died)


def _deliver_all(outbox: Outbox, target: str, send: Send, ended: threading.Event, log: _Log) -> None:
    def step() -> None:
        while not ended.is_set() and (came := deliver(outbox, target, send, _now_ms())) is not None:
            if came == "sent":
                log.info("told", target=target)
            else:
                log.warning("not delivered", target=target, reason=came)

    every(EVERY_S, step, ended, log)


def _now_ms() -> int:
    return int(time.time() * 1000)
