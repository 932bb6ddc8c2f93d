"""Measures how many Digital Links are parsed a second, beside biip, in one process on the same links.

    python -m bench.scan.parse [--links 20000] [--rounds 7]

The two take turns; processor time is counted. Prints the table of docs/benchmarks/scan.md.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median

from biip.gs1_digital_link_uris import GS1DigitalLinkURI

from traceability.gs1 import digital_link

GOAL = 50_000
SIDES: dict[str, Callable[[str], object]] = {"Guoji": digital_link.parse, "biip": GS1DigitalLinkURI.parse}


def main() -> int:
    args = _arguments()
    links = _links(args.links)
    took_s: dict[str, list[float]] = {side: [] for side in SIDES}
    for _ in range(args.rounds):
        for side, parse in SIDES.items():
            took_s[side].append(_time(parse, links))
    rates = {side: args.links / median(of) for side, of in took_s.items()}
    print(f"{args.links:,} links, median of {args.rounds}\n")
    print("| | links a second of processor | ours to it |\n|---|---|---|")
    for side, rate in rates.items():
        print(f"| {side} | {rate:,.0f} | {rates['Guoji'] / rate:.2f} |")
    return 0 if rates["Guoji"] >= GOAL else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--links", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=7)
    return parser.parse_args()


def _links(count: int) -> Sequence[str]:
    """As they stand on fruit, no two alike: items, lots, lots with a date, with a slash, pallets."""
    numbers = random.Random(1)
    forms = (
        "HTTPS://TRACE.EXAMPLE/01/09521234000020/21/{:016d}",
        "https://trace.example/01/09521234000020/10/HY{}",
        "https://trace.example/01/09521234000020/10/HY{}?17=261120&utm_source=live",
        "https://trace.example/01/09521234000020/10/HY%2F{}",
        "https://trace.example/01/09521234000020/10/HY{}/21/A1",
    )
    return [forms[each % len(forms)].format(numbers.randrange(10**9)) for each in range(count)]


def _time(parse: Callable[[str], object], links: Sequence[str]) -> float:
    began_s = time.process_time()
    for link in links:
        parse(link)
    return time.process_time() - began_s


if __name__ == "__main__":
    sys.exit(main())
