"""Whether the records of a trace fit together, and their amounts add up, in plain words."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from api.present.text import plain
from api.words import Words, message
from traceability.ledger.contradictions import Contradiction, Kind
from traceability.ledger.trace import Trace
from traceability.ledger.yields import OverYield
from traceability.proof.accounts import Draw, OverDrawn
from traceability.proof.balance import Balance, Outcome, Total
from traceability.proof.quantity import HECTARE, KILOGRAM, PIECE

_UNITS: Final = {
    KILOGRAM: message("kg"),
    "LTR": message("L"),
    PIECE: message("pieces"),
    HECTARE: message("ha"),
}
_TITLES: Final = {
    Kind.SHIPPED_BEFORE_MADE: message("Shipped before it was there"),
    Kind.USED_BEFORE_MADE: message("Used before it was there"),
    Kind.TWO_PLACES: message("In two places at once"),
    Kind.TWO_CONTAINERS: message("In two containers at once"),
    Kind.RECEIVED_NOT_SHIPPED: message("Received, but never shipped"),
    Kind.CYCLE: message("Made from itself"),
    Kind.REPORT_DIFFERS: message("Says something else than the signed report"),
    Kind.MISSING_LINK: message("A link is missing"),
    Kind.OPEN: message("Shipped, not yet received"),
}
_SENTENCES: Final = {
    Kind.SHIPPED_BEFORE_MADE: message(
        "It was shipped earlier than anybody says that it was harvested or made."
    ),
    Kind.USED_BEFORE_MADE: message("It was used or packed earlier than anybody says that it was made."),
    Kind.TWO_PLACES: message("It was seen at two places, with no time to get from one to the other."),
    Kind.TWO_CONTAINERS: message("It was packed again, while nobody had unpacked it."),
    Kind.RECEIVED_NOT_SHIPPED: message(
        "It was received away from where it began, and nobody shipped it before."
    ),
    Kind.CYCLE: message("By these records it was made, over one or more steps, from itself."),
    Kind.REPORT_DIFFERS: message(
        "This record carries a report that a laboratory signed, and repeats it otherwise than it is."
    ),
    Kind.MISSING_LINK: message(
        "Nobody says where it came from: no harvest, no making, no packing before this."
    ),
    Kind.OPEN: message("This is no contradiction: it is on its way, or its arrival was not recorded."),
}
_DRAWN: Final = {
    Draw.USED: message("{had} were there, {drew} were used, sold, sampled or destroyed."),
    Draw.HELD: message("{had} were there, {drew} were labelled or packed."),
    Draw.SHIPPED: message("{had} were there, {drew} were shipped from one place."),
    Draw.RECEIVED: message("{had} were there, {drew} were received at one place."),
    Draw.MADE: message("{had} went in, {drew} came out or are stated as lost."),
}
_PARTS: Final = (
    message("{amount} harvested"),
    message("{amount} labelled, packed or shipped"),
    message("{amount} sold, sampled or destroyed"),
    message("{amount} lost in processing"),
    message("{amount} left, counting what was made of it"),
)


@dataclass(frozen=True, slots=True)
class FittingLine:
    title: str
    sentence: str
    where: str
    """Of what goods; codes are hostile text."""


@dataclass(frozen=True, slots=True)
class Fitting:
    balance: str | None
    """One line; None where no amounts are recorded."""
    lines: tuple[FittingLine, ...]


def fitting(trace: Trace, words: Words) -> Fitting:
    over = () if trace.balance is None else trace.balance.over_drawn
    lines = [
        *(_over(each, words) for each in over),
        *(_yielded(each, words) for each in trace.over_yields),
        *(_odd(each, words) for each in trace.contradictions),
    ]
    return Fitting(None if trace.balance is None else _balance(trace.balance, words), tuple(lines))


def _balance(found: Balance, words: Words) -> str | None:
    match found.outcome:
        case Outcome.OVER_DRAWN:
            return words.say("More was given out than there was, by what this trace shows.")
        case Outcome.UNKNOWN if found.totals:
            return words.say("It cannot be told whether it adds up: not every amount is recorded.")
        case Outcome.BALANCED:
            amounts = " · ".join(_total(total, words) for total in found.totals)
            return words.say("By what this trace shows: {amounts}", amounts=amounts)
    return None


def _total(total: Total, words: Words) -> str:
    amounts = (total.harvested, total.claimed, total.gone, total.lost, total.left)
    return words.say(", ").join(
        words.say(part, amount=_amount(amount, total.unit, words))
        for part, amount in zip(_PARTS, amounts, strict=True)
        if amount or part == _PARTS[-1]
    )


def _over(over: OverDrawn, words: Words) -> FittingLine:
    had, drew = (_amount(amount, over.unit, words) for amount in (over.had, over.drew))
    sentence = words.say(_DRAWN[over.draw], had=had, drew=drew)
    return FittingLine(words.say("More than there was"), sentence, plain(over.lot))


def _yielded(over: OverYield, words: Words) -> FittingLine:
    picked, bears = (_amount(amount, KILOGRAM, words) for amount in (over.picked, over.bears))
    sentence = words.say(
        "{crop}: {picked} were picked there within a season; {area} can bear {bears} at most.",
        crop=words.name(over.crop.title),
        picked=picked,
        area=_amount(over.hectares, HECTARE, words),
        bears=bears,
    )
    return FittingLine(words.say("More than the plot can bear"), sentence, plain(over.plot))


def _odd(found: Contradiction, words: Words) -> FittingLine:
    return FittingLine(
        words.say(_TITLES[found.kind]), words.say(_SENTENCES[found.kind]), plain(found.identifier)
    )


def _amount(amount: Fraction, unit: str, words: Words) -> str:
    return f"{words.number(float(amount), 3)} {words.say(_UNITS[unit]) if unit in _UNITS else plain(unit)}"
