"""What was typed into the harvest form, read strictly: a harvest, or what is wrong with which field."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Final, TypeVar
from unicodedata import normalize
from uuid import UUID

from api.words import Words
from traceability.epcis.personal import in_clear
from traceability.errors import InvalidInput
from traceability.farm.harvest import Harvest
from traceability.farm.known import Known, Plot, Product
from traceability.gs1 import digital_link

OTHER = "other"
"""Of a list of what is known: something else, which is typed."""
KILOGRAMS: Final = {"kg": Decimal(1), "jin": Decimal("0.5"), "t": Decimal(1000)}
"""In one of each unit that a scale may show."""
MOST_KG = 1_000_000
LONGEST_NAME = 60
OLDEST = timedelta(days=366)

_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")
_LOT = re.compile(r"[A-Za-z0-9_-]{1,20}")
_PLOT = re.compile(r"[A-Za-z0-9-]{1,20}")
_WEIGHT = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,3})?")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_OFFSETS_MIN = range(-12 * 60, 14 * 60 + 1)

T = TypeVar("T")


class _Wrong(Exception):
    """Says what to do about a field."""


def read_harvest(
    fields: Mapping[str, str], known: Known, party: str, now: datetime, words: Words
) -> Harvest | Mapping[str, str]:
    """The harvest, or by field what to do about it. Raises `InvalidInput` for what no form of ours sends."""
    errors: dict[str, str] = {}

    def of(field: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except _Wrong as wrong:
            errors[field] = str(wrong)
            return None

    product = of("product", lambda: _product(fields, known, words))
    plot = of("plot", lambda: _plot(fields, known, party, words))
    at = of("at", lambda: _at(fields, now, words))
    lot = of("lot", lambda: _lot(fields, plot, at, words))
    kilograms = of("weight", lambda: _kilograms(fields, words))
    if product is None or plot is None or at is None or lot is None or kilograms is None:
        return errors
    return Harvest(_form(fields), product, lot, kilograms, plot, at, _photo(fields))


def suggested_lot(plot: Plot | None, at: datetime) -> str:
    """Plot and day: what most farms write on a crate anyway."""
    part = re.sub(r"[^A-Za-z0-9-]", "-", (plot and plot.part) or "LOT")
    return f"{part[:13]}-{at:%y%m%d}"


def offset_of(fields: Mapping[str, str], words: Words) -> timezone:
    """The time zone of the telephone, if a script could tell it; else the one of the pages."""
    try:
        minutes = int(fields.get("offset", ""))
    except ValueError:
        minutes = round((words.zone.utcoffset(None) or timedelta()).total_seconds() / 60)
    if minutes not in _OFFSETS_MIN:
        raise InvalidInput(f"time zone is {minutes} minutes from UTC, want one that there is")
    return timezone(timedelta(minutes=minutes))


def _product(fields: Mapping[str, str], known: Known, words: Words) -> Product:
    # What was typed counts, whatever the list above it still says.
    chosen = fields.get("product", OTHER)
    typed = _typed(fields, "gtin") or ("" if chosen == OTHER else chosen)
    try:
        gtin = dict(digital_link.parse(digital_link.product(typed.replace(" ", ""))).path)["01"]
    except InvalidInput as error:
        if _GTIN.fullmatch(typed.replace(" ", "")):
            said = words.say("The last digit does not fit the others. Compare with the bar code.")
        else:
            said = words.say("Want a product number (GTIN): 8, 12, 13 or 14 digits, as under the bar code.")
        raise _Wrong(said) from error
    if (found := next((each for each in known.products if each.gtin == gtin), None)) is not None:
        return found
    name = _name(fields, "name", words)
    return Product(gtin, {"guoji:name": {f"guoji:{words.locale.language}": name}} if name else {})


def _plot(fields: Mapping[str, str], known: Known, party: str, words: Words) -> Plot:
    code = _typed(fields, "plot_code")
    chosen = OTHER if code else fields.get("plot", OTHER)
    if (found := next((each for each in known.plots if each.link == chosen), None)) is not None:
        return found
    name = _name(fields, "plot_name", words)
    names = {words.locale.language: name} if name else {}
    if chosen != OTHER:
        return Plot(_own_place(chosen, known, party), names)
    if not _PLOT.fullmatch(code):
        raise _Wrong(words.say("Want a short code for the plot: letters, digits and -, such as FIELD-3."))
    gln = (_gln(known.plots[0].link) if known.plots else None) or party
    return Plot(digital_link.place(gln, code), names)


def _own_place(link: str, known: Known, party: str) -> str:
    """A plot that was typed before the words were read back. What sensors measured there becomes public."""
    if _gln(link) not in {party, *(_gln(plot.link) for plot in known.plots)}:
        raise InvalidInput(f"{link[:80]!r} is no place of this farm")
    return digital_link.identity(link)


def _gln(link: str) -> str | None:
    """Raises `InvalidInput`."""
    return dict(digital_link.parse(link).path).get("414")


def _at(fields: Mapping[str, str], now: datetime, words: Words) -> datetime:
    zone = offset_of(fields, words)
    try:
        at = datetime.fromisoformat(fields.get("at", "")).replace(tzinfo=zone, second=0, microsecond=0)
    except ValueError as error:
        raise _Wrong(words.say("Want a day and a time.")) from error
    if at > now:
        here = f"{now.astimezone(zone):%H:%M}"
        raise _Wrong(words.say("This lies in the future: it is {now} now.", now=here))
    if at < now - OLDEST:
        raise _Wrong(words.say("This is more than a year ago. Is the year right?"))
    return at


def _lot(fields: Mapping[str, str], plot: Plot | None, at: datetime | None, words: Words) -> str | None:
    typed = _typed(fields, "lot")
    if not typed:
        return None if plot is None or at is None else suggested_lot(plot, at)
    if not _LOT.fullmatch(typed):
        raise _Wrong(words.say("Want at most 20 letters, digits, - and _, without spaces."))
    return typed


def _kilograms(fields: Mapping[str, str], words: Words) -> float:
    typed, unit = _typed(fields, "weight"), fields.get("unit", "kg")
    if unit not in KILOGRAMS:
        raise InvalidInput(f"unit is {unit[:40]!r}, want one of {', '.join(KILOGRAMS)}")
    if not _WEIGHT.fullmatch(typed):
        raise _Wrong(words.say("Want a number such as 12.5 or 1200, without commas."))
    kilograms = Decimal(typed) * KILOGRAMS[unit]
    if not 0 < kilograms <= MOST_KG:
        raise _Wrong(words.say("Want more than nothing, and at most {most} kg.", most=words.number(MOST_KG)))
    return float(kilograms)


def _form(fields: Mapping[str, str]) -> UUID:
    try:
        return UUID(fields.get("form", ""))
    except ValueError as error:
        raise InvalidInput("the form has lost its number; open it anew") from error


def _photo(fields: Mapping[str, str]) -> str | None:
    digest = fields.get("photo", "")
    if digest and not _DIGEST.fullmatch(digest):
        raise InvalidInput("the fingerprint of the photo is not 64 hex digits")
    return digest or None


def _name(fields: Mapping[str, str], field: str, words: Words) -> str:
    name = _typed(fields, field)
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise _Wrong(words.say("Want a name of at most {most} characters.", most=LONGEST_NAME))
    if in_clear("guoji:name", name) is not None:
        said = words.say("No telephone or identity card numbers, please: this stays in the record for ever.")
        raise _Wrong(said)
    return name


def _typed(fields: Mapping[str, str], field: str) -> str:
    """Full-width characters, which Chinese keyboards write, as the plain ones."""
    return normalize("NFKC", fields.get(field, "")).strip()
