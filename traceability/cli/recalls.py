"""`guoji recalls`: show recalls, and end one when there is evidence that it was put right."""

import argparse
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from traceability.cli.recall_told import agreed, how_told, keep, parties_told, summary, texts
from traceability.cli.terminal import printable
from traceability.errors import InvalidInput, NotAuthorised
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.ledger.ports import StoredEvent
    from traceability.ledger.recall import Order
    from traceability.ledger.recalled import RecallNotice
    from traceability.ledger.recalling import Looked
    from traceability.wiring import Store

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
    from traceability.proof.records import standing
    from traceability.wiring import open_store

    told = open_store(Settings.read(os.environ)).recalls.all()
    counting = {each.key for each in standing(told)}
    for each in told:
        print(printable(_line(each, each.key in counting)))
    return 0


def _line(record: "StoredEvent", counts: bool) -> str:
    from traceability.ledger.extensions import texts
    from traceability.proof.recalls import is_recall, notices

    roles = record.event.identifiers_by_role()
    reason = texts(record.event.body.get("guoji:reason"))
    word = "recall" if is_recall(record) else "release"
    return "  ".join(
        [
            f"{record.event.event_time:%Y-%m-%d %H:%M}Z",
            word if counts else f"{word} (declared wrong)",
            record.submitter,
            " ".join([*roles["class"], *roles["epc"]]),
            next(iter(reason.values()), "-"),
            next(notices(record), record.key),
        ]
    )


def _show(args: argparse.Namespace) -> int:
    from traceability.exports.recall_report import kinds
    from traceability.proof.subject import goods
    from traceability.wiring import ledger, open_store

    settings, subject = Settings.read(os.environ), goods(args.goods)
    store = open_store(settings)
    recalls = ledger(settings, store).traces.read(subject, datetime.now(UTC)).recalls
    for each in recalls:
        print(printable(_state(each)))
    if not recalls:
        print("no recall reaches it")
        return 0
    touched = _look(subject, store).touched
    targets = parties_told(settings)
    told = how_told(touched, targets, by=recalls[0].by)
    for party in touched.parties:
        has = [each for each in touched.reached if each.holder == party and not each.is_gone]
        print(f"  {party}  has {kinds(has) or 'none left'}; {told.get(party, 'recalled it')}")
    theirs = {name for names in targets.values() for name in names}
    for late in [each for each in store.alerts.undelivered() if each.notice.target in theirs]:
        again = "given up" if late.due_at_ms is None else "is tried again"
        said = f"not delivered to {late.notice.target}, {again}: {late.trouble} ({late.notice.subject})"
        print(printable(f"  {said}"))
    return 0


def _state(recall: "RecallNotice") -> str:
    if not recall.is_entitled:
        state = "only claimed: the party may not recall these goods"
    elif recall.released_at is None:
        state = "holds"
    else:
        state = f"released {recall.released_at:%Y-%m-%d %H:%M}Z on {recall.evidence} pieces of evidence"
    reason = next(iter(recall.reason.values()), "no reason recorded")
    goods = " ".join(recall.goods)
    return (
        f"{recall.at:%Y-%m-%d %H:%M}Z  {recall.by}  {goods}  {reason}  {recall.notice or recall.key}  {state}"
    )


def _look(subject: str, store: "Store") -> "Looked":
    from traceability.ledger.recalled import RecallReader
    from traceability.ledger.recalling import look

    return look(subject, store.events, RecallReader(store.recalls, store.parties))


def _release(args: argparse.Namespace) -> int:
    from traceability.ledger.recall import release_events
    from traceability.ledger.recalling import evidence
    from traceability.wiring import open_store

    settings = Settings.read(os.environ)
    store = open_store(settings)
    keys = [each for each in args.evidence if _KEY.fullmatch(each)]
    files = [Path(each) for each in args.evidence if not _KEY.fullmatch(each)]
    contents = [_content(file) for file in files]
    order, looked, recall = _asked(args, settings, store)
    proof = list(evidence(looked, recall, keys, _kept(contents, settings)))
    events = release_events(order, recall, looked.touched, proof)
    targets = parties_told(settings)
    for line in summary(order, looked.touched, how_told(looked.touched, targets, order.party)):
        print(printable(line))
    print(f"  evidence {len(keys)} events, {len(files)} documents")
    if not args.yes and not agreed("End the recall?"):
        print("the recall holds")
        return 0
    keep("released", order, looked.touched, events, targets, store, settings)
    return 0


def _asked(
    args: argparse.Namespace, settings: Settings, store: "Store"
) -> tuple["Order", "Looked", "RecallNotice"]:
    from traceability.gs1.keys import gln
    from traceability.ledger.recall import Order
    from traceability.proof.subject import goods

    subject = goods(args.goods)
    looked = _look(subject, store)
    recall = looked.recall(args.notice)
    party = gln(args.party) if args.party else settings.party
    if party != recall.by and not store.parties.is_authority(party):
        raise NotAuthorised(
            f"the recall is of party {recall.by}: only it or an authority may end it, not {party}"
        )
    reason = texts(args.reason, args.reason_en)
    return Order(recall.notice, subject, party, reason, {}, None, datetime.now(UTC)), looked, recall


def _content(file: Path) -> bytes:
    if not file.is_file():
        raise InvalidInput(f"{str(file)[:200]!r} is neither a file nor the key of an event (64 hex digits)")
    return file.read_bytes()


def _kept(contents: Sequence[bytes], settings: Settings) -> list[str]:
    """Kept before the release names them: one that nobody can see any more would be no evidence."""
    from traceability.wiring import documents

    return [documents(settings).keep(content) for content in contents]
