"""How a person asks for faults and times on a command line."""

import re

from iot_gateway.simulate.faults import COUNT, FAULTS, PPM, SHARE, TIME, Asked
from traceability.errors import InvalidInput

_FAULT = re.compile(r"(?P<name>[^=@]+)=(?P<amount>[^=@x]+)(?:x(?P<size>[^=@x]+))?(?:@(?P<alias>[^=@]+))?")
_FORMS = {
    SHARE: (re.compile(r"(\d*\.?\d+)(%)?"), "0.01 or 1%, above none and at most all"),
    PPM: (re.compile(r"(-?\d+(?:\.\d+)?)ppm()"), "50ppm or -50ppm"),
    TIME: (re.compile(r"(-?\d+(?:\.\d+)?)(ms|s|m|h|d)"), "250ms, 30s, 10m, 2h or 1d"),
    COUNT: (re.compile(r"([1-9]\d{0,5})()"), "a whole number from 1 to 999999"),
}
_FACTORS = {"%": 0.01, "ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def parse_fault(text: str) -> Asked:
    """`text` is NAME=AMOUNT, then xSIZE and @ALIAS if wanted. Raises `InvalidInput`."""
    found = _FAULT.fullmatch(text)
    if found is None:
        raise InvalidInput(f"fault {text!r} is not like NAME=AMOUNT, NAME=AMOUNTxSIZE or NAME=AMOUNT@ALIAS")
    name, size = found["name"], found["size"]
    if name not in FAULTS:
        raise InvalidInput(f"no fault is named {name!r}; there are {', '.join(FAULTS)}")
    fault = FAULTS[name]
    if size and fault.size is None:
        raise InvalidInput(f"{name} has no size, and {text!r} gives one")
    how_large = (
        None if fault.size is None else parse_amount(size or fault.size[1], fault.size[0], f"size of {name}")
    )
    return Asked(name, parse_amount(found["amount"], fault.amount, name), how_large, found["alias"])


def parse_amount(text: str, written: str, what: str) -> float:
    """The number in `text`: parts of one, parts in a million, milliseconds or a count.

    Raises `InvalidInput`, which calls it `what`.
    """
    form, like = _FORMS[written]
    found = form.fullmatch(text)
    number = float(found[1]) * _FACTORS.get(found[2], 1) if found else 0.0
    if found is None or (written == SHARE and not 0 < number <= 1):
        raise InvalidInput(f"{what} is {text!r}, want {like}")
    return number


def parse_time_ms(text: str, what: str) -> int:
    """Milliseconds, at least one. Raises `InvalidInput`."""
    length_ms = round(parse_amount(text, TIME, what))
    if length_ms < 1:
        raise InvalidInput(f"{what} is {text!r}, want at least 1ms")
    return length_ms
