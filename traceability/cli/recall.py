"""`guoji recall`: call goods back, with everything that was made of them, and tell whoever has some."""

import argparse
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from traceability.cli.agreed import agreed
from traceability.cli.recall_told import keep, summary, texts
from traceability.cli.terminal import printable
from traceability.errors import InvalidInput, NotAuthorised
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.exports.recall_report import RecallReport
    from traceability.ledger.recall import Order

T = TypeVar("T")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    recall = commands.add_parser(
        "recall",
        help="call back a lot, an item or a logistic unit, and all that was made of it",
        description="Find all that became of the goods and who has it now, ask, and then record the recall: "
        "from then on everybody who scans any of it sees that. Parties with a target in GUOJI_ALERTS_FILE "
        "are told by `guoji alert`; the others are named, to be told by hand. `guoji recalls` shows and ends "
        "recalls.",
        epilog="Example: guoji recall https://id.gs1.org/01/09521234000013/10/F261120 --reason 农药残留超标",
    )
    recall.add_argument(
        "goods",
        metavar="LINK",
        help="Digital Link of what is to be recalled, or (01)..(10).. as it is printed",
    )
    recall.add_argument("--reason", required=True, help="in a line, for everybody who scans it")
    recall.add_argument("--reason-en", metavar="REASON", help="the same for who reads English")
    recall.add_argument("--advice", help="what whoever has some should do, e.g. take it back to the shop")
    recall.add_argument("--advice-en", metavar="ADVICE", help="the same for who reads English")
    recall.add_argument("--level", help="how urgent: 1 (the most), 2 or 3")
    recall.add_argument(
        "--as", dest="party", metavar="GLN", help="in whose name; by default the setting party"
    )
    recall.add_argument("--mock", action="store_true", help="a drill: record nothing, tell nobody, report")
    recall.add_argument("--no-notices", action="store_true", help="tell no party; all are to be told by hand")
    recall.add_argument("--report", metavar="FILE", type=Path, help="write a report: .pdf or .csv")
    recall.add_argument("--yes", action="store_true", help="do not ask")
    recall.set_defaults(run=_run)


class Watch:
    """How long each step took."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, float]] = []

    def time(self, name: str, do: Callable[[], T]) -> T:
        start = time.perf_counter()
        done = do()
        self.steps.append((name, time.perf_counter() - start))
        return done


def _run(args: argparse.Namespace) -> int:
    from traceability.exports.recall_report import RecallReport, how_told
    from traceability.own_store import open_store
    from traceability.wiring import recaller

    settings = Settings.read(os.environ)
    _check_report(args.report)
    order, watch = _order(args, settings), Watch()
    ours = recaller(settings, open_store(settings))
    looked = watch.time("find all that became of it", lambda: ours.look(order.subject))
    targets = {} if args.no_notices else ours.targets()
    try:
        planned = watch.time("check and write recall and holds", lambda: ours.plan(order, looked, targets))
    except NotAuthorised as refusal:
        raise NotAuthorised(f"{refusal}. Asked as party {order.party}; --as GLN asks as another") from refusal
    told = how_told(planned.told)
    names = ours.names()
    for line in summary(order, looked.touched, told, names):
        print(printable(line))
    _say_untranslated(args)
    if (reason := ours.why_none_is_told()) and not args.no_notices:
        print(printable(f"nobody is told by us, all of them are yours to tell: {reason}"))
    if not args.mock and not args.yes and not agreed("Recall it?"):
        print("nothing was recalled")
        return 0
    if not args.mock:
        watch.time("record it", lambda: keep(planned, ours))
    _report(args, RecallReport(order, looked.touched, told, watch.steps, args.mock, names), watch)
    return 0


def _order(args: argparse.Namespace, settings: Settings) -> "Order":
    from traceability.gs1.keys import gln
    from traceability.ledger.recall import Order
    from traceability.proof.subject import typed_goods

    return Order(
        notice=uuid4().urn,
        subject=typed_goods(args.goods),
        party=gln(args.party) if args.party else settings.party,
        reason=texts(args.reason, args.reason_en),
        advice=texts(args.advice, args.advice_en),
        level=args.level,
        at=datetime.now(UTC),
    )


def _say_untranslated(args: argparse.Namespace) -> None:
    pairs = {"reason": (args.reason, args.reason_en), "advice": (args.advice, args.advice_en)}
    for name, said in pairs.items():
        if sum(text is not None for text in said) == 1:
            print(f"the {name} is in one language: pages in the other show it as it is")


def _check_report(file: Path | None) -> None:
    """Beforehand: a recall must not be recorded and then lack its report for a typo or a font."""
    if file is not None and file.suffix.lower() not in (".pdf", ".csv"):
        raise InvalidInput(f"{file.name} ends in {file.suffix or 'nothing'}, want .pdf or .csv")
    if file is not None and file.suffix.lower() == ".pdf":
        from traceability.typeset import printing_font

        printing_font()


def _report(args: argparse.Namespace, report: "RecallReport", watch: Watch) -> None:
    for name, seconds in watch.steps:
        print(f"  {seconds:8.3f} s  {name}")
    if args.mock:
        print("a drill: nothing was recorded, nobody was told")
    if args.report is not None:
        is_pdf = args.report.suffix.lower() == ".pdf"
        args.report.write_bytes(report.pdf() if is_pdf else report.csv())
        print(f"{args.report}: written")
