"""Which column of a sheet holds what: found by its headings, or as its sender once said."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from traceability.imports.fault import Fault
from traceability.imports.kinds import Kind, plainly
from traceability.sheets.cell import Cell

Mapped = Mapping[str, str]
"""By heading, plainly written: name of the column, or "" for one that is not read."""

_LOOKED_AT = 10
"""Rows in which the headings may stand: some sheets have a title above them."""
_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
_LAST_BRACKETS = re.compile(r"[(（\[【][^(（\[【]*[)）\]】]\s*$")
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Layout:
    row: int
    """In which the headings stand, from 0."""
    at: Mapping[str, int]
    """By name of a column of ours, from 0."""
    headings: Sequence[str]
    unread: tuple[str, ...]
    """Headings that mean nothing to us, or that the sender said not to read."""
    changed: tuple[tuple[str, str], ...]
    """A heading that meant something before and is not there, and the one in its place, "" for none."""
    faults: tuple[Fault, ...]

    def mapped(self) -> Mapped:
        """What to remember of this sender's sheets of this kind."""
        names = {index: name for name, index in self.at.items()}
        return {plainly(text): names.get(at, "") for at, text in enumerate(self.headings) if plainly(text)}


def lay_out(kind: Kind, rows: Sequence[Sequence[Cell]], saved: Mapped) -> Layout:
    """Find the row of the headings, and what each of them means; `saved` goes before what we would guess."""
    found = [_columns(kind, row, saved) for row in rows[:_LOOKED_AT]]
    best = max(range(len(found)), key=lambda at: len(found[at]), default=0)
    headings = [" ".join(cell.text.split())[:_LONGEST] for cell in rows[best]] if rows else []
    columns = found[best] if found else {}
    faults = [
        *_twice(columns, headings, best, kind),
        *_absent(kind, columns, best, saved),
    ]
    read = {at for several in columns.values() for at in several}
    return Layout(
        row=best,
        at={name: several[0] for name, several in columns.items()},
        headings=headings,
        unread=tuple(text for at, text in enumerate(headings) if text and at not in read),
        changed=tuple(_changed(headings, saved, columns)),
        faults=tuple(faults),
    )


def _columns(kind: Kind, row: Sequence[Cell], saved: Mapped) -> Mapping[str, list[int]]:
    """By name of a column, which of the row's cells mean it."""
    names = {column.name for column in kind.columns}
    found: dict[str, list[int]] = defaultdict(list)
    for at, cell in enumerate(row):
        text = plainly(cell.text)
        name = saved[text] if text in saved else _guessed(kind, cell.text)
        if name in names:
            found[name].append(at)
    return found


def _guessed(kind: Kind, heading: str) -> str:
    """By the words that we know: as it stands, without what stands in brackets at its end, or anywhere."""
    bare = (heading, _LAST_BRACKETS.sub("", heading), _BRACKETS.sub("", heading))
    for text in map(plainly, bare):
        fitting = [column.name for column in kind.columns if text and text in column.synonyms]
        # A heading that is one column's own word outranks those that merely list it.
        own = [column.name for column in kind.columns if text in map(plainly, column.headings.values())]
        if fitting:
            return (own or fitting)[0]
    return ""


def _changed(
    headings: Sequence[str], saved: Mapped, columns: Mapping[str, list[int]]
) -> Iterator[tuple[str, str]]:
    there = set(map(plainly, headings))
    for heading, name in saved.items():
        now = headings[columns[name][0]] if name in columns else ""
        if name and heading not in there and saved.get(plainly(now)) != name:
            yield heading, now


def _twice(columns: Mapping[str, list[int]], headings: Sequence[str], row: int, kind: Kind) -> list[Fault]:
    titles = {column.name: column.title for column in kind.columns}
    wants = "a second column for {column}; leave one, or map the columns"
    return [
        Fault(row + 1, at, headings[at], headings[at], wants, {"column": titles[name]})
        for name, several in columns.items()
        for at in several[1:]
    ]


def _absent(kind: Kind, columns: Mapping[str, list[int]], row: int, saved: Mapped) -> Iterator[Fault]:
    wants = "found no column for {column}; add it, or say which one it is by mapping the columns"
    said = (
        "found no column for {column}, which was {heading} before; say which one it is by mapping the columns"
    )
    before = {name: heading for heading, name in saved.items()}
    for column in kind.columns:
        if column.required and column.name not in columns:
            values = {"column": column.title, "heading": before.get(column.name, "")}
            is_own = values["heading"] not in ("", *map(plainly, column.headings.values()))
            yield Fault(row + 1, -1, "", "", said if is_own else wants, values)
