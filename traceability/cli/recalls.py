"""`guoji recalls`: show recalls, and end one when there is evidence that it was put right."""

import argparse
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from traceability.cli.agreed import agreed
from traceability.cli.recall_told import holdings, keep, summary, texts
from traceability.cli.terminal import printable
from traceability.errors import InvalidInput
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.ledger.ports import StoredEvent
    from traceability.ledger.recall import Order
    from traceability.ledger.recalled import RecallNotice

_KEY = re.compile(r"[0-9a-f]{64}")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser(
        "recalls",
        help="show recalls, and end one with evidence that it was put right",
        description="A recall holds until whoever recalled, or an authority, ends it with evidence. All of "
        "it is read from events.",
    )
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    actions.add_parser("list", help="show all recalls and releases, oldest first").set_defaults(run=_list)
    show = actions.add_parser("show", help="who has some of what is recalled, and who could not be told")
    show.add_argument("goods", metavar="LINK", help="GS1 Digital Link of what is recalled, or made of it")
    show.set_defaults(run=_show)
    release = actions.add_parser(
        "release",
        help="end the recall of goods",
        description="Refused without evidence: events of these goods after the recall that destroy them, "
        "take them out of circulation or find them conformant, or documents, which are kept in the home.",
    )
    release.add_argument("goods", metavar="LINK", help="GS1 Digital Link of what was recalled")
    release.add_argument(
        "--evidence", metavar="FILE|EVENT", nargs="+", required=True, help="files, or keys of events"
    )
    release.add_argument("--reason", required=True, help="what was put right, in a line")
    release.add_argument("--reason-en", metavar="REASON", help="the same for who reads English")
    release.add_argument("--notice", metavar="URN", help="of several recalls, which")
    release.add_argument(
        "--as", dest="party", metavar="GLN", help="in whose name; by default the setting party"
    )
    release.add_argument("--yes", action="store_true", help="do not ask")
    release.set_defaults(run=_release)


def _list(_args: argparse.Namespace) -> int:
    from traceability.own_store import open_store
    from traceability.proof.records import standing

    told = open_store(Settings.read(os.environ)).recalls.all()
    counting = {each.key for each in standing(told)}
    for each in told:
        print(printable(_line(each, each.key in counting)))
    return 0


def _line(record: "StoredEvent", counts: bool) -> str:
    from traceability.exports.recall_report import moment
    from traceability.ledger.extensions import texts
    from traceability.proof.recalls import is_recall, notices

    roles = record.event.identifiers_by_role()
    reason = texts(record.event.body.get("guoji:reason"))
    word = "recall" if is_recall(record) else "release"
    return "  ".join(
        [
            moment(record.event.event_time),
            word if counts else f"{word} (declared wrong)",
            record.submitter,
            " ".join([*roles["class"], *roles["epc"]]),
            next(iter(reason.values()), "-"),
            next(notices(record), record.key),
        ]
    )


def _show(args: argparse.Namespace) -> int:
    from traceability.exports.recall_report import how_told
    from traceability.own_store import open_store
    from traceability.proof.subject import typed_goods
    from traceability.recaller import told as told_by
    from traceability.wiring import ledger, recaller

    settings, subject = Settings.read(os.environ), typed_goods(args.goods)
    store = open_store(settings)
    recalls = ledger(settings, store).traces.read(subject, datetime.now(UTC)).recalls
    for each in recalls:
        print(printable(_state(each)))
    if not recalls:
        print("no recall reaches it")
        return 0
    ours = recaller(settings, store)
    touched, targets = ours.look(subject).touched, ours.targets()
    told = how_told(told_by(touched, targets, recalls[0].by))
    for line in holdings(touched, told, ours.names()):
        print(printable(line))
    theirs = {name for names in targets.values() for name in names}
    for late in [each for each in store.alerts.undelivered() if each.notice.target in theirs]:
        again = "given up" if late.due_at_ms is None else "is tried again"
        said = f"not delivered to {late.notice.target}, {again}: {late.trouble} ({late.notice.subject})"
        print(printable(f"  {said}"))
    return 0


def _state(recall: "RecallNotice") -> str:
    from traceability.exports.recall_report import moment

    if not recall.is_entitled:
        state = "only claimed: the party may not recall these goods"
    elif recall.released_at is None:
        state = "holds"
    else:
        state = f"released {moment(recall.released_at)} on {recall.evidence} pieces of evidence"
    reason = next(iter(recall.reason.values()), "no reason recorded")
    goods = " ".join(recall.goods)
    return f"{moment(recall.at)}  {recall.by}  {goods}  {reason}  {recall.notice or recall.key}  {state}"


def _release(args: argparse.Namespace) -> int:
    from traceability.exports.recall_report import how_told
    from traceability.own_store import open_store
    from traceability.proof.subject import typed_goods
    from traceability.wiring import recaller

    settings = Settings.read(os.environ)
    ours = recaller(settings, open_store(settings))
    keys = [each for each in args.evidence if _KEY.fullmatch(each)]
    contents = [_content(Path(each)) for each in args.evidence if not _KEY.fullmatch(each)]
    looked = ours.look(typed_goods(args.goods))
    recall = looked.recall(args.notice)
    order = _order(args, settings, looked.touched.subject, recall.notice)
    planned = ours.end(order, looked, recall, keys, contents)
    for line in summary(order, looked.touched, how_told(planned.told), ours.names()):
        print(printable(line))
    print(f"  evidence {len(keys)} events, {len(contents)} documents")
    if not args.yes and not agreed("End the recall?"):
        print("the recall holds")
        return 0
    keep(planned, ours)
    return 0


def _order(args: argparse.Namespace, settings: Settings, subject: str, notice: str | None) -> "Order":
    from traceability.gs1.keys import gln
    from traceability.ledger.recall import Order

    party = gln(args.party) if args.party else settings.party
    reason = texts(args.reason, args.reason_en)
    return Order(notice, subject, party, reason, {}, None, datetime.now(UTC))


def _content(file: Path) -> bytes:
    if not file.is_file():
        raise InvalidInput(f"{str(file)[:200]!r} is neither a file nor the key of an event (64 hex digits)")
    return file.read_bytes()
