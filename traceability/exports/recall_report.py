"""The report of a recall or of a drill: what was found, who has it and is told how, how long it took."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files

from traceability.ledger.affected import Affected, Amount, Reached, amounts_of
from traceability.ledger.recall import Order
from traceability.proof.quantity import written
from traceability.sheets.write import Table, to_csv, visible
from traceability.typeset import pdf, printing_font

HEADERS = (
    "part",
    "name",
    "kind",
    "holder",
    "last_seen",
    "last_step",
    "place",
    "gone",
    "claimed",
    "told",
    "value",
)
"""Of the CSV; `part` is "summary", "step", "party" or "goods"."""
RECALLS = "recalls it"
"""How the party is told in whose name it is."""
MOST_PRINTED = 500
"""Goods in the PDF; the CSV names all."""


@dataclass(frozen=True, slots=True)
class RecallReport:
    order: Order
    touched: Affected
    told: Mapping[str, str]
    """By GLN, how each party is told."""
    steps: Sequence[tuple[str, float]]
    """What was done, and how many seconds each took; empty for a report made later."""
    drill: bool
    """Whether nothing was recorded and nobody told."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Of registered parties, by GLN."""

    def rows(self) -> Table:
        return [list(HEADERS), *([row.get(name, "") for name in HEADERS] for row in self._rows())]

    def _rows(self) -> Iterator[Mapping[str, str]]:
        for name, value in self.summary():
            yield {"part": "summary", "name": name, "value": value}
        for name, seconds in self.steps:
            yield {"part": "step", "name": name, "value": f"{seconds:.3f} s"}
        for party in self.touched.parties:
            told, has = self.told.get(party, ""), has_now(self.touched, party)
            yield {"part": "party", "name": self._called(party), "told": told, "value": has}
        for each in self.touched.reached:
            yield {**_goods(each), "holder": self._called(each.holder)}

    def _called(self, party: str) -> str:
        return called(party, self.names)

    def summary(self) -> list[tuple[str, str]]:
        order, touched = self.order, self.touched
        gone = [each for each in touched.reached if each.is_gone]
        return [
            ("drill", "yes" if self.drill else "no"),
            ("goods", order.subject),
            ("notice", "" if self.drill else order.notice or ""),
            ("by", self._called(order.party)),
            ("at", moment(order.at)),
            *((f"reason ({language})", text) for language, text in order.reason.items()),
            *((f"advice ({language})", text) for language, text in order.advice.items()),
            ("level", order.level or ""),
            ("found", kinds(touched.reached)),
            ("gone", kinds(gone) or "nothing"),
            ("destroyed", kinds(each for each in gone if each.is_destroyed) or "nothing"),
            *(("amount", told_amount(each)) for each in touched.amounts),
            ("followed to the end", "no" if touched.is_cut else "yes"),
            ("events", str(touched.events)),
            *([("seconds", f"{sum(seconds for _, seconds in self.steps):.3f}")] if self.steps else []),
        ]

    def csv(self) -> bytes:
        return to_csv(self.rows())

    def pdf(self) -> bytes:
        """Chinese and English; the same bytes for the same report, on a machine with the same fonts.

        Raises `InvalidInput` as `printing_font` does.
        """
        parts: dict[str, list[list[str]]] = {"summary": [], "step": [], "party": [], "goods": []}
        for part, *row in self.rows()[1:]:
            parts[part].append([visible(cell) for cell in row])
        more = max(len(parts["goods"]) - MOST_PRINTED, 0)
        parts["goods"] = parts["goods"][:MOST_PRINTED]
        data = {"font": printing_font(), "drill": self.drill, "more": more, **parts}
        template = files(__package__).joinpath("recall_report.typ").read_bytes()
        return pdf(template, data, int(self.order.at.timestamp()))


def how_told(told: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    """`told` is by party the names of its targets."""
    return {party: ", ".join(targets) or "to be told by hand" for party, targets in told.items()}


def called(party: str, names: Mapping[str, str]) -> str:
    """A party by its GLN, with its name where it is registered."""
    return f"{party} {names[party]}" if names.get(party) else party


def moment(at: datetime) -> str:
    """In UTC, whichever clock recorded it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def has_now(touched: Affected, party: str) -> str:
    """What a party has, such as "1 item, 1 lot: 15 KGM"; that it has none only where amounts prove it."""
    has = touched.with_party(party)
    if not has:
        lots = [each for each in touched.reached if each.holder == party and each.kind == "lot"]
        return "none left by the amounts" if lots else "nothing by the records"
    claims = " (only by its own word)" if all(each.is_claimed for each in has) else ""
    return kinds(has) + _amount_of(has) + claims


def _amount_of(reached: Sequence[Reached]) -> str:
    known, are_all = amounts_of(reached)
    amounts = [f"{written(amount)} {unit}" for unit, amount in known.items()]
    amounts += [] if are_all else ["some, nobody says how much"]
    return f": {' + '.join(amounts)}" if amounts else ""


def kinds(reached: Iterable[Reached]) -> str:
    """Such as "2 lots, 1 item"; what several parties have some of is one."""
    counts = Counter({each.goods: each.kind for each in reached}.values())
    names = {"lot": "lot", "item": "item", "sscc": "logistic unit"}
    return ", ".join(
        f"{count} {names.get(kind, 'container')}{'s' if count > 1 else ''}"
        for kind, count in sorted(counts.items())
    )


def told_amount(amount: Amount) -> str:
    share = f"{float(amount.accounted / amount.had):.1%}"
    return (
        f"{written(amount.had)} {amount.unit}, {written(amount.accounted)} ({share}) accounted for, "
        f"{written(amount.destroyed)} destroyed, {written(amount.made_into)} in what was made of it"
    )


def _goods(each: Reached) -> Mapping[str, str]:
    return {
        "part": "goods",
        "name": each.goods,
        "kind": each.kind,
        "holder": each.holder,
        "last_seen": moment(each.seen_at),
        "last_step": each.step,
        "place": each.place,
        "gone": "yes" if each.is_gone else "no",
        "claimed": "yes" if each.is_claimed else "no",
    }
