"""Measures the claim check on the labelled sentences: precision and recall per verdict, and time a sentence.

    python bench/claims/measure.py [--part development] [--errors] [FILE.jsonl ...]

A line of FILE is {"text", "trace", "verdict", "part"}; "trace" names a file beside it in traces/. "on", if it
is there, is when the words are said; else they are when the trace was made.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

from traceability.claims.check import Verdict, check
from traceability.claims.facts import Facts
from traceability.claims.read_facts import now_in, read_facts

LABELLED = Path(__file__).parents[2] / "tests" / "claims" / "labelled.jsonl"
PARTS = ("development", "held aside", "second held aside", "second author", "third author", "fourth author")
GOALS = {"forbidden": (0.95, 0.85), "contradicted": (0.95, 0.85)}
"""Precision and recall that issue 7 asks for."""
SLOWEST_MS = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    trace: str
    wanted: str
    got: str
    rule: str
    took_ms: float


def main() -> int:
    args = _arguments()
    answers = [answer for file in args.files for answer in _answers(file, args.part)]
    if args.errors:
        for each in answers:
            if each.wanted != each.got:
                print(f"{each.trace:13} want {each.wanted:12} got {each.got:12} {each.rule:22} {each.text}")
    print(f"{len(answers)} sentences, {sum(each.wanted == each.got for each in answers)} right")
    reached = [_shown(verdict.value, answers) for verdict in Verdict]
    times = sorted(each.took_ms for each in answers)
    slow = times[int(len(times) * 0.99)]
    print(f"processor time: median {median(times):.2f} ms, 99 % {slow:.2f} ms, longest {times[-1]:.2f} ms")
    return 0 if all(reached) and slow < SLOWEST_MS else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", metavar="FILE", nargs="*", type=Path, default=[LABELLED])
    parser.add_argument("--part", choices=PARTS, help="only this part of the set")
    parser.add_argument(
        "--errors", action="store_true", help="print every sentence that was judged otherwise"
    )
    return parser.parse_args()


def _answers(file: Path, part: str | None) -> Iterator[Answer]:
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    traces = {name: _facts(file, name) for name in {row["trace"] for row in rows}}
    check("warm up", next(iter(traces.values())), now_in(next(iter(traces.values()))))
    for row in rows:
        if part in (None, row.get("part")):
            facts = traces[row["trace"]]
            said_at = datetime.fromisoformat(row["on"]) if "on" in row else now_in(facts)
            start = time.process_time()
            checked = check(row["text"], facts, said_at)
            took_ms = (time.process_time() - start) * 1000
            yield Answer(
                row["text"],
                row["trace"],
                row["verdict"],
                checked.verdict.value,
                checked.rule.id if checked.rule else "-",
                took_ms,
            )


def _facts(file: Path, name: str) -> Facts:
    return read_facts(json.loads((file.parent / "traces" / f"{name}.json").read_text("utf-8")))


def _shown(verdict: str, answers: Sequence[Answer]) -> bool:
    wanted, got, precision, recall = scores(verdict, answers)
    print(f"{verdict:13} precision {precision:.3f}  recall {recall:.3f}  ({wanted} wanted, {got} given)")
    low_precision, low_recall = GOALS.get(verdict, (0.0, 0.0))
    return precision >= low_precision and recall >= low_recall


def scores(verdict: str, answers: Sequence[Answer]) -> tuple[int, int, float, float]:
    """How often it was wanted and given, its precision and its recall."""
    wanted = Counter(each.wanted for each in answers)[verdict]
    got = Counter(each.got for each in answers)[verdict]
    right = sum(each.wanted == each.got == verdict for each in answers)
    return wanted, got, right / got if got else 1.0, right / wanted if wanted else 1.0


if __name__ == "__main__":
    sys.exit(main())
