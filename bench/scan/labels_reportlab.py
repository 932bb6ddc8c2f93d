"""Labels as PDF with segno and reportlab; runs in an environment of its own, which `labels.py` makes.

    python labels_reportlab.py OUTPUT ROUNDS < labels.json

Prints of each round the seconds by the clock and of processor time, as JSON. `labels.json` has a list of
rows [link, words...].
"""

import json
import sys
import time

import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

COLUMNS, ROWS, WIDTH, HEIGHT = 4, 10, 52.5 * mm, 29.7 * mm
MODULE = 0.5 * mm
FONT = "STSong-Light"


def main() -> None:
    rows, output, rounds = json.load(sys.stdin), sys.argv[1], int(sys.argv[2])
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    took = []
    for _ in range(rounds):
        begun, busy = time.perf_counter(), time.process_time()
        write(rows, output)
        took.append((time.perf_counter() - begun, time.process_time() - busy))
    print(json.dumps(took))


def write(rows: list[list[str]], output: str) -> None:
    canvas = Canvas(output, pagesize=A4)
    for number, (link, *words) in enumerate(rows):
        place = number % (COLUMNS * ROWS)
        if number and place == 0:
            canvas.showPage()
        left, top = place % COLUMNS * WIDTH, A4[1] - place // COLUMNS * HEIGHT
        draw_code(canvas, link, left + 5 * mm, top - 5 * mm)
        canvas.setFont(FONT, 6)
        for line, text in enumerate(words):
            canvas.drawString(left + 26 * mm, top - (8 + 3 * line) * mm, text)
    canvas.save()


def draw_code(canvas: Canvas, link: str, left: float, top: float) -> None:
    """One path, a rectangle for each run of dark modules."""
    path = canvas.beginPath()
    for y, row in enumerate(segno.make(link, error="m", micro=False, boost_error=False).matrix):
        start = 0
        while start < len(row):
            end = start
            while end < len(row) and row[end]:
                end += 1
            if end > start:
                path.rect(left + start * MODULE, top - (y + 1) * MODULE, (end - start) * MODULE, MODULE)
            start = max(end, start + 1)
    canvas.drawPath(path, stroke=0, fill=1)


if __name__ == "__main__":
    main()
