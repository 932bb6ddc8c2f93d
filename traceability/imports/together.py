"""Which rows of a sheet are one event, and whether they fit together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from traceability.imports.events import MAKERS, Body
from traceability.imports.fault import Fault
from traceability.imports.kinds import Kind, words
from traceability.imports.rows import Row


@dataclass(frozen=True, slots=True)
class Made:
    body: Body
    rows: tuple[Row, ...]
    """From which it was made."""


def make_events(kind: Kind, rows: Sequence[Row], party: str) -> Iterator[Made | list[Fault]]:
    """An event for the rows that belong together, or why they do not fit; `party`: GLN of the sender."""
    groups: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        key = tuple(row.values.get(name) for name in kind.together) or (row.number,)
        groups.setdefault(key, []).append(row)
    for together in groups.values():
        faults = _CHECKS[kind.name](together) if kind.name in _CHECKS else []
        yield faults or Made(MAKERS[kind.name](together, party), tuple(together))


def _check_run(rows: Sequence[Row]) -> list[Fault]:
    """One time, place and product; something in and something out; losses in one unit."""
    ways = {row.text("direction") for row in rows}
    faults = [
        rows[0].fault("run", "this processing has no row of {way}", way=_called(way))
        for way in ("in", "out")
        if way not in ways
    ]
    for key, of in (("at", None), ("place", None), ("part", None), ("product", "out"), ("piece", "out")):
        faults += _alike([row for row in rows if of in (None, row.text("direction"))], key)
    losses = [row for row in rows if row.text("direction") == "loss" and row.amount is not None]
    units = {row.amount[1] for row in losses if row.amount is not None}
    if len(units) > 1:
        faults.append(losses[-1].fault("unit", "the losses of one processing want one unit"))
    return faults


def _called(way: str) -> str:
    """In both languages."""
    return " / ".join([word for word, means in words().choices["direction"].items() if means == way][:2])


def _check_report(rows: Sequence[Row]) -> list[Fault]:
    faults = _alike(rows, "verdict")
    for row in rows:
        there = [key for key in ("analyte", "value", "value_unit") if key in row.values]
        if there and len(there) < 3:
            faults.append(row.fault("value", "want analyte, result and unit of the result, or none of them"))
    return faults


def _alike(rows: Sequence[Row], key: str) -> list[Fault]:
    said = "differs from row {row}, which belongs to the same"
    first = rows[0] if rows else None
    return [
        row.fault(key, said, row=str(first.number))
        for row in rows
        if first is not None and row.values.get(key) != first.values.get(key)
    ]


_CHECKS: Mapping[str, Callable[[Sequence[Row]], list[Fault]]] = {
    "processing": _check_run,
    "laboratory": _check_report,
}
"""Of kinds whose rows may contradict each other."""
