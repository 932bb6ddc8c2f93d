"""Measures how fast labels become a PDF, beside segno and reportlab, and how bad a picture their codes bear.

    python -m bench.scan.labels [--labels 1000] [--rounds 3] [--photographs 100]

The same links and words on A4, 40 a page, made `--rounds` times by each side in the same run; the median
counts. segno and reportlab are installed, by their hashes, into an environment of their own under .build.
Then labels are printed at 300 dpi and photographed: how many are read, of each layout and look. Prints the
tables of docs/labels.md.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from statistics import median

import pypdfium2
import zxingcpp
from PIL import Image

from bench.scan.photograph import HARDER, LOOKS, Look, frames
from traceability.gs1 import serials
from traceability.labels.issued import Run
from traceability.labels.label import LabelText
from traceability.labels.layout import LAYOUTS, Layout
from traceability.labels.place import place
from traceability.labels.sheet import to_pdf
from traceability.labels.symbol import symbol
from traceability.labels.words import PURPOSE

PROJECT = Path(__file__).parents[2]
ENVIRONMENT = PROJECT / ".build" / "bench-labels"
LOT = "https://id.gs1.org/01/09521234000013/10/F261120"
NAME = ("烟台红富士苹果", "Yantai Fuji apple")
DPI = 300
GOAL_S = 3.0
SIDES = "`guoji labels` (zxing-cpp, typst)", "segno, reportlab"

Took = tuple[float, float]
"""Seconds by the clock, and of processor time, which other work on the machine changes less."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--labels", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--photographs", type=int, default=100)
    args = parser.parse_args()
    reached = speed(args.labels, args.rounds) if args.labels else True
    if args.photographs:
        photographs(args.photographs)
    return 0 if reached else 1


def speed(count: int, rounds: int) -> bool:
    texts, folder = some(count), ENVIRONMENT / "made"
    folder.mkdir(parents=True, exist_ok=True)
    files = folder / "ours.pdf", folder / "theirs.pdf"
    took = [ours(texts, files[0]) for _ in range(rounds)], theirs(texts, files[1], rounds)
    heads = ["s of processor time", "s by the clock", "bytes", "codes read on its first page"]
    print(f"| {count:,} labels as PDF, A4, 40 a page | {' | '.join(heads)} |")
    print("|---|---|---|---|---|")
    clocks, busy = zip(*(map(median, zip(*side, strict=True)) for side in took), strict=True)
    for name, each, clock, file in zip(SIDES, busy, clocks, files, strict=True):
        seen = len(codes_in(next(pages_of(file.read_bytes()))))
        print(f"| {name} | {each:.1f} | {clock:.1f} | {file.stat().st_size:,} | {seen} |")
    print(f"\nratio by processor time: {busy[1] / busy[0]:.1f}\n", flush=True)
    return clocks[0] < GOAL_S * count / 1_000


def some(count: int, host: str = "GUOJI.EXAMPLE") -> list[LabelText]:
    run = Run(LOT, NAME, lambda item: item.replace("https://id.gs1.org", f"HTTPS://{host}"))
    random = Random(count)
    made = (serials.issue(b"k" * 32, "09521234000013", random.randbytes(5)) for _ in range(count))
    return [run.label(number, serial) for number, serial in enumerate(made, start=1)]


def ours(texts: Sequence[LabelText], file: Path) -> Took:
    begun, busy = time.perf_counter(), time.process_time()
    file.write_bytes(printed(texts, LAYOUTS["a4-40"]))
    return time.perf_counter() - begun, time.process_time() - busy


def printed(texts: Sequence[LabelText], layout: Layout) -> bytes:
    return to_pdf([place(each, symbol(each.uri), layout) for each in texts], layout, "labels")


def theirs(texts: Sequence[LabelText], file: Path, rounds: int) -> list[Took]:
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
    wanted = ["--quiet", "--require-hashes", "-r", PROJECT / "requirements" / "bench.txt"]
    subprocess.run([python, "-m", "pip", "install", *wanted], check=True)
    rows = [[each.uri, *NAME, f"批次 Lot {each.lot}", each.serial, *PURPOSE] for each in texts]
    ran = subprocess.run(
        [python, Path(__file__).with_name("labels_reportlab.py"), file, str(rounds)],
        input=json.dumps(rows),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [(clock, busy) for clock, busy in json.loads(ran.stdout)]


def photographs(count: int) -> None:
    kinds = [("30x20", "GUOJI.EXAMPLE"), ("40x30", "GUOJI.EXAMPLE"), ("40x30", "TRACE.COOPERATIVE.EXAMPLE")]
    prints = [list(prints_of(LAYOUTS[name], some(count, host))) for name, host in kinds]
    heads = [
        f"{name}, version {symbol(made[0][0]).version}" for (name, _), made in zip(kinds, prints, strict=True)
    ]
    print(f"| {count} labels each, as a phone sees them | {' | '.join(heads)} |\n|---|{'---|' * len(kinds)}")
    for name, look in {**LOOKS, **HARDER}.items():
        print(f"| {name} | {' | '.join(f'{rate(made, look, name):.0%}' for made in prints)} |", flush=True)


def prints_of(layout: Layout, texts: Sequence[LabelText]) -> Iterator[tuple[str, Image.Image, float]]:
    """Of each label its link, the picture of the print, and how many pixels a module has in it."""
    for text, page in zip(texts, pages_of(printed(texts, layout)), strict=True):
        yield text.uri, page, layout.module(symbol(text.uri)) / 25.4 * DPI


def rate(prints: Sequence[tuple[str, Image.Image, float]], look: Look, name: str) -> float:
    chance = Random(name)
    read = [
        any(codes_in(seen) == [uri] for seen in frames(page, module_px, look, chance))
        for uri, page, module_px in prints
    ]
    return sum(read) / len(read)


def pages_of(pdf: bytes) -> Iterator[Image.Image]:
    for page in pypdfium2.PdfDocument(pdf):
        yield page.render(scale=DPI / 72, grayscale=True).to_pil()


def codes_in(picture: Image.Image) -> list[str]:
    found = zxingcpp.read_barcodes(picture, zxingcpp.BarcodeFormat.QRCode, try_invert=False)
    return [each.text for each in found]


if __name__ == "__main__":
    raise SystemExit(main())
