"""`guoji alerts`: what `guoji alert` found and whom it tells, acknowledged and checked."""

import argparse
import getpass
import os
import time
from collections.abc import Sequence

from traceability.alerts.alert import Alert
from traceability.alerts.ports import Alerts, Undelivered
from traceability.cli.argument import whole
from traceability.cli.terminal import printable
from traceability.settings import Settings
from traceability.telemetry.clock import iso


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser(
        "alerts",
        help="show open alerts, acknowledge them, check the rules",
        description="An alert is raised, may be acknowledged, and is resolved when all is right again.",
    )
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    actions.add_parser("list", help="show open alerts, and notices that could not be delivered").set_defaults(
        run=_list
    )
    actions.add_parser(
        "check",
        help="read the rules and targets, and say whom each would watch and tell",
        description="Read GUOJI_ALERTS_FILE as `guoji alert` does, which takes a change over within "
        "seconds. Says what is wrong with it, or for each rule which devices it watches now.",
    ).set_defaults(run=_check)
    ack = actions.add_parser("ack", help="say that you have seen an alert; it does not escalate any more")
    ack.add_argument("number", type=whole(1), help="of the alert, as `guoji alerts list` shows it")
    ack.add_argument("--comment", required=True, help="what you do about it")
    ack.add_argument("--by", help="who you are; by default your name on this machine")
    ack.set_defaults(run=_acknowledge)


def _list(_args: argparse.Namespace) -> int:
    from traceability.own_store import open_store

    alerts = open_store(Settings.read(os.environ)).alerts
    for alert in alerts.open():
        print(_line(alert))
    for each in alerts.undelivered():
        print(_trouble(each))
    return 0


def _check(_args: argparse.Namespace) -> int:
    from traceability.own_files import alert_plan
    from traceability.own_store import open_store

    settings = Settings.read(os.environ)
    plan, file = alert_plan(settings), settings.home / settings.alerts_file
    devices = open_store(settings).devices.all().values()
    for rule in plan.rules:
        watched = [each.alias for each in devices if rule.is_for(each.alias, each.cold_chain)]
        print(_clean(["rule", rule.name, rule.limits, " ".join(watched) or "watches no device"]))
    for word, targets in (("target", plan.audience.usual), ("escalation", plan.audience.escalation)):
        for name in targets:
            print(_clean([word, name]))
    for party, names in plan.parties.items():
        print(_clean(["party", party, *names, "told of recalls"]))
    if not plan.rules:
        print(f"nothing is watched: {'no rule stands in' if file.exists() else 'there is no'} {file}")
    return 0


def _acknowledge(args: argparse.Namespace) -> int:
    from traceability.alerts.acknowledge import acknowledge
    from traceability.own_store import open_store

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
