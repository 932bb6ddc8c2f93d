"""Draws the plots that the labels were made from: a curve a row, its labels shaded behind it."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from bench.findings.orchard import HERE, Label, Record, labels, ms, records, utc

WIDTH, HEIGHT = 1400, 170
LEFT, TOP, BOTTOM = 60, 16, 18
CURVE, LABELLED, DOUBTFUL, TEXT = "#123a6b", "#f6c9c0", "#e4e4e4", "#333333"


@dataclass(frozen=True, slots=True)
class Row:
    """One metric over one span of time, UTC."""

    metric: str
    first: str
    last: str


SHEETS = {
    "year": [
        Row(metric, "2015-01-01T05:00Z", "2016-01-01T05:00Z")
        for metric in ("air_temperature", "relative_humidity", "pressure", "wind_speed", "par")
    ],
    "loose_wire": [
        Row(metric, "2015-11-22T12:00Z", "2015-11-26T12:00Z")
        for metric in ("air_temperature", "relative_humidity", "pressure", "par")
    ],
    "humidity_probe": [
        Row("relative_humidity", first, last)
        for first, last in (
            ("2015-11-26T12:00Z", "2015-12-03T00:00Z"),
            ("2015-12-03T00:00Z", "2015-12-10T00:00Z"),
            ("2015-12-10T00:00Z", "2015-12-17T00:00Z"),
            ("2015-12-17T00:00Z", "2015-12-24T00:00Z"),
            ("2015-12-24T00:00Z", "2016-01-01T05:00Z"),
        )
    ],
    "single_values": [
        Row("pressure", "2015-01-26T00:00Z", "2015-01-28T00:00Z"),
        Row("pressure", "2015-08-28T00:00Z", "2015-09-01T00:00Z"),
        Row("pressure", "2015-09-15T12:00Z", "2015-09-17T12:00Z"),
        Row("air_temperature", "2015-09-15T12:00Z", "2015-09-17T12:00Z"),
        Row("air_temperature", "2015-11-16T12:00Z", "2015-11-18T12:00Z"),
        Row("wind_speed", "2015-01-03T12:00Z", "2015-01-05T12:00Z"),
        Row("wind_speed", "2015-12-30T12:00Z", "2016-01-01T05:00Z"),
    ],
}


def draw(rows: Sequence[Row], station: Sequence[Record], labelled: Sequence[Label]) -> Image.Image:
    sheet = Image.new("RGB", (WIDTH, HEIGHT * len(rows)), "white")
    for number, row in enumerate(rows):
        panel = Image.new("RGB", (WIDTH, HEIGHT), "white")
        _draw_row(ImageDraw.Draw(panel), row, station, labelled)
        sheet.paste(panel, (0, HEIGHT * number))
    return sheet.quantize(16)


def _draw_row(
    pen: ImageDraw.ImageDraw, row: Row, station: Sequence[Record], labelled: Sequence[Label]
) -> None:
    first_ms, last_ms = ms(row.first), ms(row.last)
    points = [(each.at_ms, each.values[row.metric]) for each in station if first_ms <= each.at_ms <= last_ms]
    low, high = min(value for _, value in points), max(value for _, value in points)

    def x(at_ms: int) -> int:
        return LEFT + (at_ms - first_ms) * (WIDTH - LEFT - 8) // (last_ms - first_ms)

    def y(value: float) -> int:
        return HEIGHT - BOTTOM - round((value - low) / ((high - low) or 1) * (HEIGHT - TOP - BOTTOM))

    for label in labelled:
        if label.metric in (row.metric, None) and label.first_ms <= last_ms and label.last_ms >= first_ms:
            shade = DOUBTFUL if label.must == "doubtful" else LABELLED
            left, right = x(max(label.first_ms, first_ms)) - 1, x(min(label.last_ms, last_ms)) + 1
            pen.rectangle((left, TOP, right, HEIGHT - BOTTOM), fill=shade)
    pen.line([(x(at_ms), y(value)) for at_ms, value in points], fill=CURVE)
    pen.text((LEFT, 2), row.metric, fill=TEXT)
    pen.text((2, TOP), f"{high:g}", fill=TEXT)
    pen.text((2, HEIGHT - BOTTOM - 10), f"{low:g}", fill=TEXT)
    for part in range(6):
        at_ms = first_ms + (last_ms - first_ms) * part // 6
        pen.line((x(at_ms), HEIGHT - BOTTOM, x(at_ms), HEIGHT - BOTTOM + 4), fill=TEXT)
        pen.text((x(at_ms) + 3, HEIGHT - BOTTOM + 3), utc(at_ms), fill=TEXT)


def main() -> None:
    station, labelled = list(records()), labels()
    for name, rows in SHEETS.items():
        draw(rows, station, labelled).save(HERE / "plots" / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
