"""The rows of a sheet as values, and everything that is wrong with its cells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from fractions import Fraction

from traceability.gs1 import digital_link
from traceability.imports.cells import Unit, Value, read
from traceability.imports.fault import Fault, Wrong
from traceability.imports.key_cells import Lot, typed
from traceability.imports.kinds import AT, Kind
from traceability.imports.layout import Layout
from traceability.sheets.cell import EMPTY, Cell

_EITHER = ("lot", "serial", "unit_code")
"""What a row's goods are named by: one of these, if its kind has several."""


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    """As a spreadsheet program counts."""
    values: Mapping[str, Value]
    """By `Column.key`; what was left empty is absent."""
    cells: Mapping[str, tuple[int, str, str]]
    """By the same, column (from 0; -1 for none), heading and text."""

    def text(self, key: str) -> str | None:
        value = self.values.get(key)
        return value if isinstance(value, str) else None

    def fault(self, key: str, wants: str, /, **values: str) -> Fault:
        """Something wrong with the cell that holds `key`; "" for the row as a whole."""
        return Fault(self.number, *self.cells.get(key, (-1, "", "")), wants, values)

    @property
    def at(self) -> datetime:
        moment = self.values[AT]
        assert isinstance(moment, datetime)
        return moment

    @property
    def link(self) -> str | None:
        """Canonical Digital Link of the lot, item or logistic unit that the row is about."""
        lot, serial, gtin = self.values.get("lot"), self.text("serial"), self.text("gtin")
        if isinstance(lot, Lot):
            return digital_link.lot(lot.gtin or gtin or "", lot.number)
        if serial is not None:
            return digital_link.item(gtin or "", serial)
        unit_code = self.text("unit_code")
        return None if unit_code is None else digital_link.sscc(unit_code)

    @property
    def amount(self) -> tuple[int | float, str] | None:
        """A number, exact to fifteen digits, and its UNECE Rec 20 code."""
        amount, unit = self.values.get("amount"), self.values.get("unit")
        if not isinstance(amount, Decimal) or not isinstance(unit, Unit):
            return None
        return number(Fraction(amount) * unit.factor), unit.code

    @property
    def meaning(self) -> tuple[object, ...]:
        """Alike for two rows that say the same, however they write it."""
        goods = ("lot", "serial", "unit_code", "gtin", "amount", "unit")
        rest = [(key, value) for key, value in sorted(self.values.items()) if key not in goods]
        return (self.link, self.amount, *rest)


def number(amount: Fraction) -> int | float:
    return int(amount) if amount.denominator == 1 else float(amount)


def read_rows(
    kind: Kind, cells: Sequence[Sequence[Cell]], layout: Layout, zone: timezone, now: datetime
) -> Iterator[Row | list[Fault]]:
    """Each row that is not empty, or what is wrong with it. Nothing happens after `now`."""
    seen: dict[tuple[object, ...], int] = {}
    for at in range(layout.row + 1, len(cells)):
        if any(cell.text.strip() for cell in cells[at]):
            yield _Reader(kind, layout, at, cells[at], zone, now).row(seen)


@dataclass(frozen=True, slots=True)
class _Reader:
    """One row being read."""

    kind: Kind
    layout: Layout
    at: int
    cells: Sequence[Cell]
    zone: timezone
    now: datetime

    def row(self, seen: dict[tuple[object, ...], int]) -> Row | list[Fault]:
        if self._is_example():
            return [self._fault("", "the example of the template; delete this row")]
        values: dict[str, Value] = {}
        faults: list[Fault] = []
        for column in self.kind.columns:
            cell = self._cell(column.name)
            if not cell.text.strip():
                if column.required:
                    faults.append(self._fault(column.name, "nothing stands here, and it is needed"))
                continue
            try:
                values[column.key] = read(column.holds, cell, self.zone)
            except Wrong as wrong:
                faults.append(self._fault(column.name, wrong.wants, **wrong.values))
        row = Row(self.at + 1, values, {column.key: self._where(column.name) for column in self.kind.columns})
        faults += [] if faults else self._of_row(row)
        return faults or self._unless_twice(row, seen)

    def _unless_twice(self, row: Row, seen: dict[tuple[object, ...], int]) -> Row | list[Fault]:
        first = seen.setdefault(row.meaning, row.number)
        if first == row.number:
            return row
        said = "says the same as row {row}; delete one, or add the amounts up in one row"
        return [self._fault("", said, row=str(first))]

    def _of_row(self, row: Row) -> list[Fault]:
        """What is wrong with values that are sound one by one."""
        faults = list(self._of_goods(row))
        if row.at > self.now:
            faults.append(row.fault(AT, "this lies in the future; is the date right?"))
        return faults

    def _of_goods(self, row: Row) -> Iterator[Fault]:
        names = [column.name for column in self.kind.columns]
        named = [key for key in _EITHER if key in row.values]
        lot = row.values.get("lot")
        if row.text("direction") == "loss":
            if named:
                yield row.fault("lot", "a row of loss names no goods")
            return
        if len(named) != 1:
            could = ", ".join(self._title(key) for key in _EITHER if key in names)
            yield row.fault(
                "", "found {count} of {columns}; want one of them", count=str(len(named)), columns=could
            )
        elif named != ["unit_code"] and "gtin" not in row.values and not (isinstance(lot, Lot) and lot.gtin):
            yield row.fault("gtin", "nothing stands here, and a lot or serial number needs its product")
        if isinstance(lot, Lot) and lot.gtin and row.values.get("gtin", lot.gtin) != lot.gtin:
            yield row.fault(
                "lot", "the lot is one of product {gtin}, and another product stands beside it", gtin=lot.gtin
            )
        if "amount" in names:
            yield from self._of_amount(row, named)

    def _of_amount(self, row: Row, named: Sequence[str]) -> Iterator[Fault]:
        for key in ("amount", "unit"):
            if named == ["lot"] and key not in row.values:
                yield row.fault(key, "nothing stands here, and a lot needs its quantity and unit")
            if named in (["serial"], ["unit_code"]) and key in row.values:
                yield row.fault(key, "an item, box or pallet has no quantity here; leave it empty")

    def _is_example(self) -> bool:
        read_columns = [column for column in self.kind.columns if column.name in self.layout.at]
        return all(typed(self._cell(column.name)) == column.example for column in read_columns)

    def _title(self, name: str) -> str:
        return next(column.headings["en"] for column in self.kind.columns if column.name == name)

    def _cell(self, name: str) -> Cell:
        at = self.layout.at.get(name, len(self.cells))
        return self.cells[at] if at < len(self.cells) else EMPTY

    def _where(self, name: str) -> tuple[int, str, str]:
        at = self.layout.at.get(name, -1)
        return (at, self.layout.headings[at], self._cell(name).text) if at >= 0 else (-1, "", "")

    def _fault(self, name: str, wants: str, /, **values: str) -> Fault:
        return Fault(self.at + 1, *self._where(name), wants, values)
