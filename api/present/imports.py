"""What the page for sheets shows: what a sheet would become, what is wrong with it, what was recorded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from api.present import measures
from api.present.import_faults import FaultLine, fault_line
from api.present.text import plain
from api.words import Words, message
from traceability.epcis.event import Event
from traceability.imports.kinds import Kind, kinds, plainly
from traceability.imports.plan import Plan
from traceability.imports.resembling import goods_of

MOST_SHOWN = 200
_MOST_GOODS = 50
_STEPS: Mapping[str, str] = {
    "creating_class_instance": message("harvested"),
    "commissioning": message("processed"),
    "packing": message("packed"),
    "shipping": message("shipped"),
    "receiving": message("received"),
    "inspecting": message("tested"),
    "retail_selling": message("sold"),
    "destroying": message("destroyed"),
}
_LISTS: Mapping[str, str] = {
    "quantityList": message("Goods"),
    "childQuantityList": message("Packed goods"),
    "inputQuantityList": message("Put in"),
    "outputQuantityList": message("Made"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    name: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class ColumnView:
    field: str
    heading: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class LookView:
    kind: Choice
    sheet: str
    faults: tuple[FaultLine, ...]
    more: int
    """Faults beyond those shown."""
    columns: tuple[ColumnView, ...]
    open_columns: bool
    """Whether it is the columns that are wrong."""
    said: tuple[tuple[str, str], ...]
    """Fields by which the next form says of the headings what this one did."""
    lines: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DoneView:
    sentence: str
    job: str
    goods: tuple[tuple[str, str], ...]
    """Path of the trace, and what it is about."""
    more: int


def kinds_view(words: Words) -> list[Choice]:
    return [Choice(each.name, _title(each, words)) for each in kinds().values()]


def look_view(
    planned: Plan, here: int, resembling: Sequence[Event] | None, said: Mapping[str, str], words: Words
) -> LookView:
    layout = planned.layout
    return LookView(
        kind=Choice(planned.kind.name, _title(planned.kind, words)),
        sheet=plain(planned.sheet.name),
        faults=tuple(fault_line(each, words) for each in planned.faults[:MOST_SHOWN]),
        more=max(len(planned.faults) - MOST_SHOWN, 0),
        columns=tuple(_columns(planned, words)),
        open_columns=bool(layout.faults),
        said=tuple(
            (f"means_{at}", said[plainly(heading)])
            for at, heading in enumerate(layout.headings)
            if plainly(heading) in said
        ),
        lines=() if planned.faults else tuple(_lines(planned, here, words)),
        notes=(*_notes(planned, words), *_careful(resembling, words)),
    )


def done_view(planned: Plan, here: int, job: str, words: Words) -> DoneView:
    goods = planned.goods
    new = len(planned.events) - here
    return DoneView(
        sentence=words.say_many("{count} new record", "{count} new records", new)
        + (" · " + words.say_many("{count} was here", "{count} were here", here) if here else ""),
        job=job,
        goods=tuple((urlsplit(link).path, _called(link)) for link in goods[:_MOST_GOODS]),
        more=max(len(goods) - _MOST_GOODS, 0),
    )


def _called(link: str) -> str:
    """The last value of a Digital Link: a lot, a serial number or an SSCC."""
    return plain(link.rpartition("/")[2])


def _title(each: Kind, words: Words) -> str:
    return each.titles[words.locale.language]


def _columns(planned: Plan, words: Words) -> Sequence[ColumnView]:
    names = {at: name for name, at in planned.layout.at.items()}
    language = words.locale.language
    return [
        ColumnView(
            f"means_{at}",
            plain(heading),
            (
                Choice("", words.say("not read"), at not in names),
                *(
                    Choice(each.name, each.headings[language], names.get(at) == each.name)
                    for each in planned.kind.columns
                ),
            ),
        )
        for at, heading in enumerate(planned.layout.headings)
        if plainly(heading)
    ]


def _lines(planned: Plan, here: int, words: Words) -> Sequence[tuple[str, str]]:
    first, last = planned.span
    steps = ", ".join(
        f"{words.say(_STEPS[step])} {words.number(count)}" for step, count in sorted(planned.steps.items())
    )
    totals: dict[str, list[str]] = {}
    for (name, unit), amount in sorted(planned.totals.items()):
        totals.setdefault(name, []).append(measures.amount(float(amount), unit, words, 3))
    return [
        (words.say("Rows"), words.number(planned.rows)),
        (words.say("Records they become"), f"{words.number(len(planned.events))} ({steps})"),
        (words.say("Recorded before"), words.number(here)),
        (words.say("From"), f"{words.date(first)} {words.time(first)}"),
        (words.say("To"), f"{words.date(last)} {words.time(last)}"),
        (words.say("Lots, items, boxes, pallets"), words.number(len(planned.goods))),
        *((words.say(_LISTS[name]), words.say(", ").join(amounts)) for name, amounts in totals.items()),
    ]


def _notes(planned: Plan, words: Words) -> Sequence[str]:
    notes = []
    if planned.assumed_zone and planned.events:
        notes.append(
            words.say_many(
                "{count} time names no time zone and is taken as Beijing time.",
                "{count} times name no time zone and are taken as Beijing time.",
                planned.assumed_zone,
            )
        )
    if planned.unsure_numbers and planned.events:
        notes.append(
            words.say("Some lots or serial numbers are numbers in the file: zeros in front of them are lost.")
        )
    if planned.layout.unread:
        notes.append(words.say("Not read: {columns}", columns=plain(", ".join(planned.layout.unread))))
    for before, now in planned.layout.changed:
        said = words.say("The heading {before} is gone.", before=plain(before))
        if now:
            said = words.say("The heading {before} is now {now}.", before=plain(before), now=plain(now))
        notes.append(said)
    return notes


def _careful(resembling: Sequence[Event] | None, words: Words) -> Iterator[str]:
    if resembling is None:
        yield words.say("Too many goods to tell whether rows were changed since they were recorded.")
    elif resembling:
        goods = sorted({_called(link) for event in resembling for link in goods_of(event)})
        yield words.say(
            "Careful: of the same goods, time and place something else is recorded. If rows were changed or "
            "added since then, these goods count twice: {goods}",
            goods=", ".join(goods[:_MOST_GOODS]) + ("…" if len(goods) > _MOST_GOODS else ""),
        )
