"""What the page says of a wrong cell: the sentences of `traceability.imports`, here to be translated."""

from dataclasses import dataclass

from api.present.text import plain
from api.words import Words, message
from traceability.imports.fault import Fault

SENTENCES = frozenset(
    {
        "{error}",
        message(
            "a formula without its result; open the file in a spreadsheet program, save it, send it again"
        ),
        message("an error of the spreadsheet program; correct the formula"),
        message("want year, month, day and time of day, such as 2026-11-20 06:30"),
        message("want the time of day too, such as 2026-11-20 06:30"),
        message("there is no such day or time"),
        message("want a number such as 1234.5, without unit and commas, at most 6 decimals"),
        message("want a number from zero to {most}"),
        message("want more than zero, at most {most}"),
        message("want at most 40 letters, digits, - _ . or /"),
        message("want at most 20 letters, digits or -"),
        message("want kg, g, t, 斤, L, 个, or a code of UNECE Rec 20 such as KGM"),
        message("a packing unit does not say how much it holds; want kg, or single pieces"),
        message("want one of: {choices}"),
        message("want a name of at most {most} characters, in one line"),
        message("no telephone or identity card numbers: what is recorded stays for ever"),
        message("want a {name}: {lengths} digits and nothing else"),
        message(
            "the last digit does not fit the others (it would have to be {digit}); compare with the label"
        ),
        message("a leading zero got lost: want {full}; make the column a text column"),
        message("has {count} digits, want a {name} of {lengths}"),
        message(
            "the spreadsheet made a number of it and lost digits; make the column a text column, type it anew"
        ),
        message("no GS1 Digital Link that we can read"),
        message("want at most 20 letters, digits, - or _"),
        message("the example of the template; delete this row"),
        message("nothing stands here, and it is needed"),
        message("says the same as row {row}; delete one, or add the amounts up in one row"),
        message("this lies in the future; is the date right?"),
        message("a row of loss names no goods"),
        message("found {count} of {columns}; want one of them"),
        message("nothing stands here, and a lot or serial number needs its product"),
        message("the lot is one of product {gtin}, and another product stands beside it"),
        message("nothing stands here, and a lot needs its quantity and unit"),
        message("an item, box or pallet has no quantity here; leave it empty"),
        message("this processing has no row of {way}"),
        message("the losses of one processing want one unit"),
        message("want analyte, result and unit of the result, or none of them"),
        message("differs from row {row}, which belongs to the same"),
        message(
            "found no column for {column}, which was {heading} before; "
            "say which one it is by mapping the columns"
        ),
        message("a second column for {column}; leave one, or map the columns"),
        message("found no column for {column}; add it, or say which one it is by mapping the columns"),
    }
)
"""Every `wants` that a `Fault` has; a test compares."""

_REFUSALS = frozenset(
    {
        message("found an .xls file or one with a password, want .xlsx without password, or .csv"),
        message("found a PDF or a picture, which is no table, want .xlsx or .csv"),
        message("no sheet was chosen, or it is empty"),
        message("sheet has headings and no rows below them"),
    }
)
"""Of whole sheets, those that a partner meets; the others are told as they stand."""


@dataclass(frozen=True, slots=True)
class FaultLine:
    cell: str
    heading: str
    found: str
    """Hostile, without what would steer the page."""
    todo: str


def refusal_line(refusal: str, words: Words) -> str:
    return words.say(refusal) if refusal in _REFUSALS else plain(refusal)


def fault_line(fault: Fault, words: Words) -> FaultLine:
    said = words.say(fault.wants, **fault.values)
    cell = fault.cell if fault.column >= 0 else words.say("row {row}", row=fault.row)
    return FaultLine(cell, plain(fault.heading), plain(fault.found)[:80], plain(said))
