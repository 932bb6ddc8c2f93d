"""How the event hash writes a single value: times, numbers, words and GS1 identifiers."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal, InvalidOperation

from traceability.epcis import epc
from traceability.epcis.links import canonical_link
from traceability.errors import InvalidInput

_HALF_MILLISECOND = timedelta(microseconds=500)
_PRECISION = Context(prec=28)
"""The reference tools' precision, stated here so that a caller's decimal context cannot change a hash."""
_SMALLEST_EXPONENT = -400
"""A text such as 1E-999999999 would otherwise be written out with a thousand million zeros."""
_MAY_BE_NUMBER = frozenset("0123456789+-._")
"""First characters, beside digits of other scripts, that a decimal number can have."""
_CBV_URN = re.compile(r"urn:epcglobal:cbv:(bizstep|disp|btt|sdt|er):")
_CBV_WEB = {"bizstep": "BizStep-", "disp": "Disp-", "btt": "BTT-", "sdt": "SDT-", "er": "ER-"}
_EXPANDED_IN_VALUES = ("https://ref.gs1.org", "https://gs1.org")


def time_text(text: str) -> str:
    """Write a timestamp in UTC with three decimals, half up. What is no timestamp stays as it is."""
    moment = read_time(text)
    if moment is None:
        return text
    try:
        rounded = moment.astimezone(UTC) + _HALF_MILLISECOND
    except OverflowError as error:
        raise InvalidInput(f"time {text!r} leaves the years 1 to 9999 in UTC") from error
    return f"{rounded.isoformat(timespec='milliseconds')[:-6]}Z"


def legacy_time_text(text: str) -> str:
    """Write a timestamp as release 1.9.3 does: half to even, and no carry into the next second."""
    moment = read_time(text)
    if moment is None:
        return text
    milliseconds = round(moment.microsecond, -3) // 1000
    if milliseconds == 1000:
        raise InvalidInput(f"time {text!r}: release 1.9.3 drops events that round up to the next second")
    try:
        in_utc = moment.astimezone(UTC)
    except OverflowError as error:
        raise InvalidInput(f"time {text!r} leaves the years 1 to 9999 in UTC") from error
    return f"{in_utc.isoformat(timespec='seconds')[:-6]}.{milliseconds:03}Z"


def read_time(text: str) -> datetime | None:
    """Read an RFC 3339 time; None if it is none or a leap second. Raises `InvalidInput` without a zone."""
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    if moment.tzinfo is None:
        raise InvalidInput(f"time {text!r:.40} has no time zone")
    return moment


def number_text(text: str) -> str:
    """Write whatever reads as a decimal number without needless zeros or sign; leave the rest alone."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite():
        return text
    whole = number.to_integral_value(context=_PRECISION)
    if number == whole:
        return str(whole)
    if number.adjusted() < _SMALLEST_EXPONENT:
        raise InvalidInput(
            f"number {text!r:.40} is too small to write out, want at least 1E{_SMALLEST_EXPONENT}"
        )
    return format(number.normalize(_PRECISION), "f")


def legacy_number_text(text: str) -> str:
    """Write numbers as release 1.9.3 does: through a binary float, so long ones change."""
    try:
        number = float(text)
        return str(int(number) if int(number) == number else number)
    except ValueError:
        return text
    except OverflowError as error:
        raise InvalidInput(
            f"value {text!r:.40}: release 1.9.3 drops events with an infinite number"
        ) from error


class CurrentValues:
    """Values as CBV2.0 and CBV2.1 write them."""

    time = staticmethod(time_text)

    def __init__(self, namespaces: Mapping[str, str]) -> None:
        self._expanded = {
            prefix: meaning
            for prefix, meaning in namespaces.items()
            if meaning.startswith(_EXPANDED_IN_VALUES)
        }

    def text(self, value: object) -> str:
        """Write any JSON scalar. Raises `InvalidInput` for a number too small to write out."""
        kind = type(value)
        if kind is int:
            return str(value)
        if kind is bool:
            return "true" if value else "false"
        return self._string(value if isinstance(value, str) else str(value))

    def _string(self, text: str) -> str:
        text = (_expand(text, self._expanded) if ":" in text else text).strip()
        if not text:
            return text
        if text[0] in _MAY_BE_NUMBER or text[0].isdecimal():
            return number_text(text)
        return (canonical_link(text) or _web_word(text)) if ":" in text else text


class LegacyValues:
    """Values as the PyPI release 1.9.3 writes them."""

    time = staticmethod(legacy_time_text)

    def __init__(self, namespaces: Mapping[str, str]) -> None:
        self._namespaces = namespaces

    def text(self, value: object) -> str:
        """Write any JSON scalar. Raises `InvalidInput` where 1.9.3 drops the event."""
        text = legacy_number_text(_web_word(_expand(str(value), self._namespaces).strip()))
        return canonical_link(text, epc.escape_all) or text


Values = CurrentValues | LegacyValues


def _expand(text: str, namespaces: Mapping[str, str]) -> str:
    prefix, colon, rest = text.partition(":")
    return namespaces[prefix] + rest if colon and prefix in namespaces else text


def _web_word(text: str) -> str:
    return _CBV_URN.sub(lambda urn: "https://ref.gs1.org/cbv/" + _CBV_WEB[urn[1]], text)
