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
    cells: Sequence[Cell]
    places: Mapping[str, tuple[int, str]]
    """By the same, in which column (from 0) it stands and under which heading; one mapping for all rows."""

    def text(self, key: str) -> str | None:
        value = self.values.get(key)
        return value if isinstance(value, str) else None

    def fault(self, key: str, wants: str, /, **values: str) -> Fault:
        """Something wrong with the cell that holds `key`; "" for the row as a whole."""
        column, heading = self.places.get(key, (-1, ""))
        return Fault(self.number, column, heading, self.cell(key).text, wants, values)

    def cell(self, key: str) -> Cell:
        """Empty for what has no column, and where the row ends before it."""
        column, _ = self.places.get(key, (len(self.cells), ""))
        return self.cells[column] if column < len(self.cells) else EMPTY

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


def _of_packings(row: Row) -> Iterator[Fault]:
    """Ten boxes are no amount, unless beside them stands what one holds."""
    is_filled = row.text("direction") == "out" and "piece" in row.values
    for key, value in row.values.items():
        if isinstance(value, Unit) and value.is_packing and not is_filled:
            yield row.fault(key, "a packing unit does not say how much it holds; want kg, or single pieces")


def number(amount: Fraction) -> int | float:
    return int(amount) if amount.denominator == 1 else float(amount)


def read_rows(
    kind: Kind, cells: Sequence[Sequence[Cell]], layout: Layout, zone: timezone, now: datetime
) -> Iterator[Row | list[Fault]]:
    """Each row that is not empty, or what is wrong with it. Nothing happens after `now`."""
    places = {
        column.key: (layout.at[column.name], layout.headings[layout.at[column.name]])
        for column in kind.columns
        if column.name in layout.at
    }
    reader = _Reader(kind, places, zone, now, {})
    for at in range(layout.row + 1, len(cells)):
        if any(cell.text.strip() for cell in cells[at]):
            yield reader.row(at + 1, cells[at])


@dataclass(frozen=True, slots=True)
class _Reader:
    kind: Kind
    places: Mapping[str, tuple[int, str]]
    zone: timezone
    now: datetime
    seen: dict[tuple[object, ...], int]
    """By its meaning, the number of the row that said it first."""

    def row(self, number: int, cells: Sequence[Cell]) -> Row | list[Fault]:
        values: dict[str, Value] = {}
        row = Row(number, values, cells, self.places)
        if self._is_example(row):
            return [row.fault("", "the example of the template; delete this row")]
        faults: list[Fault] = []
        for column in self.kind.columns:
            cell = row.cell(column.key)
            if not cell.text.strip():
                if column.required:
                    faults.append(row.fault(column.key, "nothing stands here, and it is needed"))
                continue
            try:
                values[column.key] = read(column.holds, cell, self.zone)
            except Wrong as wrong:
                faults.append(row.fault(column.key, wrong.wants, **wrong.values))
        faults += [] if faults else self._of_row(row)
        return faults or self._unless_twice(row)

    def _unless_twice(self, row: Row) -> Row | list[Fault]:
        first = self.seen.setdefault(row.meaning, row.number)
        if first == row.number:
            return row
        said = "says the same as row {row}; delete one, or add the amounts up in one row"
        return [row.fault("", said, row=str(first))]

    def _of_row(self, row: Row) -> list[Fault]:
        """What is wrong with values that are sound one by one."""
        faults = [*self._of_goods(row), *_of_packings(row)]
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

    def _is_example(self, row: Row) -> bool:
        there = [column for column in self.kind.columns if column.key in self.places]
        return all(typed(row.cell(column.key)) == column.example for column in there)

    def _title(self, name: str) -> str:
        return next(column.title for column in self.kind.columns if column.name == name)
