"""`guoji alert` watches readings as they come in; `guoji alerts` shows and acknowledges what it found."""

import argparse
import getpass
import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import structlog

from traceability.alerts.alert import Alert
from traceability.alerts.deliver import Send, deliver
from traceability.alerts.ports import Alerts, Outbox, Undelivered
from traceability.cli.journal import journal
from traceability.cli.loop import every, until_told_to_stop
from traceability.cli.terminal import printable
from traceability.settings import Settings
from traceability.telemetry.clock import iso

EVERY_S = 0.25
"""Of looking, and of delivering. An alert leaves within two of these and the time that its commits take."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    role = commands.add_parser(
        "alert",
        help="watch readings as they come in, and tell people",
        description="Raise an alert where readings break a rule of GUOJI_ALERTS_FILE or stop coming, and "
        "tell its targets by webhook or e-mail. What cannot be delivered is tried again, more and more "
        "seldom. Without that file it waits and does nothing.",
    )
    role.set_defaults(run=_alert)
    group = commands.add_parser(
        "alerts",
        help="show open alerts and acknowledge them",
        description="An alert is raised, may be acknowledged, and is resolved when all is right again.",
    )
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    actions.add_parser("list", help="show open alerts, and notices that could not be delivered").set_defaults(
        run=_list
    )
    ack = actions.add_parser("ack", help="say that you have seen an alert; it does not escalate any more")
    ack.add_argument("number", type=int, help="of the alert, as `guoji alerts list` shows it")
    ack.add_argument("--comment", required=True, help="what you do about it")
    ack.add_argument("--by", help="who you are; by default your name on this machine")
    ack.set_defaults(run=_acknowledge)


def _alert(_args: argparse.Namespace) -> int:
    from traceability.alerts.look import look
    from traceability.alerts.tell import tell
    from traceability.wiring import alert_plan, open_store

    settings = Settings.read(os.environ)
    log, stop, store = journal("alert", settings.log_json), until_told_to_stop(), open_store(settings)
    plan = alert_plan(settings)
    if not plan.rules:
        log.info("no rules", file=str(settings.home / settings.alerts_file))
        stop.wait()
        return 0
    store.alert_watches.begin(plan.rules, _now_ms())

    def step() -> None:
        changes = look(store.alert_watches, plan.rules, _now_ms()) + store.alerts.escalate(_now_ms())
        if changes:
            log.info("alerts", raised_or_resolved=changes)
        tell(store.alerts, plan.audience, _now_ms())

    with ThreadPoolExecutor(max(len(plan.targets), 1)) as pool:
        # One thread a target: a slow one delays neither the others nor the watching.
        couriers = [
            pool.submit(_deliver_all, store.alerts, name, send, stop, log)
            for name, send in plan.targets.items()
        ]
        _stop_with(couriers, stop)
        try:
            every(EVERY_S, step, stop, log)
        finally:
            stop.set()
    for each in couriers:
        each.result()
    return 0


def _stop_with(couriers: Sequence["Future[None]"], stop: threading.Event) -> None:
    """A courier that dies ends the process, whose supervisor starts it anew."""
    for each in couriers:
        each.add_done_callback(lambda _: stop.set())


def _deliver_all(
    outbox: Outbox,
    target: str,
    send: Send,
    stop: threading.Event,
    log: structlog.typing.FilteringBoundLogger,
) -> None:
    def step() -> None:
        while not stop.is_set() and (came := deliver(outbox, target, send, _now_ms())) is not None:
            if came == "sent":
                log.info("told", target=target)
            else:
                log.warning("not delivered", target=target, reason=came)

    every(EVERY_S, step, stop, log)


def _list(_args: argparse.Namespace) -> int:
    from traceability.wiring import open_store

    alerts = open_store(Settings.read(os.environ)).alerts
    for alert in alerts.open():
        print(_line(alert))
    for each in alerts.undelivered():
        print(_trouble(each))
    return 0


def _acknowledge(args: argparse.Namespace) -> int:
    from traceability.alerts.acknowledge import acknowledge
    from traceability.wiring import open_store

    alerts: Alerts = open_store(Settings.read(os.environ)).alerts
    alert = acknowledge(alerts, args.number, args.by or getpass.getuser(), args.comment, _now_ms())
    print(_line(alert))
    return 0


def _line(alert: Alert) -> str:
    said = alert.acknowledged
    columns = [
        str(alert.number),
        alert.state,
        alert.device,
        alert.rule,
        alert.limits,
        f"since {iso(alert.since_ms)}",
        "" if alert.worst is None else f"worst {alert.worst:g}",
        "" if said is None else f"{said.by}: {said.comment}",
    ]
    return _clean(columns)


def _trouble(each: Undelivered) -> str:
    when = "given up" if each.due_at_ms is None else f"again at {iso(each.due_at_ms)}"
    return _clean(["undelivered", each.notice.target, each.notice.subject, when, each.trouble])


def _clean(columns: Sequence[str]) -> str:
    """On one line: parts of it come from outside."""
    return "\t".join(" ".join(printable(column).split()) for column in columns).rstrip()


def _now_ms() -> int:
    return int(time.time() * 1000)
