"""What `guoji import` prints of a sheet: what it would become, or what is wrong with it."""

from collections.abc import Sequence
from pathlib import Path

from traceability.cli.terminal import printable
from traceability.epcis.event import Event
from traceability.imports.fault import Fault
from traceability.imports.plan import Plan
from traceability.imports.resembling import goods_of
from traceability.ledger.parties import Party
from traceability.proof.quantity import written

_MOST_FAULTS, _MOST_GOODS = 200, 20


def counted(count: int, thing: str) -> str:
    """1 row, 2 rows."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def show_faults(file: Path, planned: Plan, language: str) -> None:
    sheet = f", sheet {planned.sheet.name}" if planned.sheet.name else ""
    print(printable(f"{file}{sheet}: faults: {len(planned.faults)}; nothing was kept"))
    for fault in planned.faults[:_MOST_FAULTS]:
        print(printable(f"  {_told(fault, language)}"))
    if len(planned.faults) > _MOST_FAULTS:
        print(f"  and {len(planned.faults) - _MOST_FAULTS} more")


def _told(fault: Fault, language: str) -> str:
    if language == "en":
        return str(fault)
    from api.present.import_faults import fault_line
    from api.words import languages

    line = fault_line(fault, languages()["zh-CN"])
    found = f"（{line.heading}）“{line.found}”" if line.heading else ""
    return f"{line.cell}{found}：{line.todo}"


def show_plan(planned: Plan, zone: str, here: int, party: Party | None) -> None:
    """`party` is the sender as it is registered."""
    first, last = planned.span
    if party is not None:
        print(printable(f"party {party.gln}, registered as {party.name}"))
    became = f"{counted(planned.rows, 'row')} become {counted(len(planned.events), 'event')}"
    print(f"{became}; here already: {here}")
    for step, count in sorted(planned.steps.items()):
        print(f"  {step}: {count}")
    print(f"first {first.isoformat()}, last {last.isoformat()}")
    for (name, unit), amount in sorted(planned.totals.items()):
        print(f"  {name}: {written(amount)} {unit}")
    print(f"lots, items, boxes and pallets: {len(planned.goods)}")
    _show_goods(planned.goods)
    for note in _notes(planned, zone):
        print(printable(f"note: {note}"))


def _show_goods(goods: Sequence[str]) -> None:
    for link in goods[:_MOST_GOODS]:
        print(f"  {link}")
    if len(goods) > _MOST_GOODS:
        print(f"  and {len(goods) - _MOST_GOODS} more")


def show_resembling(found: list[Event] | None) -> None:
    if found is None:
        print("note: too many goods to tell whether rows were changed since they were imported")
    elif found:
        others = counted(len(found), "event")
        print(f"careful: of the same goods, time and place something else is recorded in {others};")
        print("  if rows were changed or added since they were imported, their goods count twice:")
        _show_goods(sorted({link for event in found for link in goods_of(event)}))


def _notes(planned: Plan, zone: str) -> list[str]:
    notes = []
    if planned.assumed_zone:
        notes.append(f"times without a time zone, taken as {zone}: {planned.assumed_zone}")
    if planned.unsure_numbers:
        notes.append(
            "lots or serial numbers that are numbers in the file, so that zeros in front of them are lost: "
            f"{planned.unsure_numbers}"
        )
    if planned.layout.unread:
        notes.append(f"columns that are not read: {', '.join(planned.layout.unread)}")
    notes += [f"the heading {before} is gone; now {now or 'none'}" for before, now in planned.layout.changed]
    if planned.sheet.encoding not in ("", "UTF-8"):
        notes.append(f"read as {planned.sheet.encoding}")
    return notes
