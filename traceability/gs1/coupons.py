"""The dictionary's linters for North American coupon codes, AI (8110) and (8112)."""

from traceability.errors import InvalidInput
from traceability.gs1.dates import yymmdd
from traceability.gs1.prefixes import gcppos1

_ANY = "0123456789"


class _Fields:
    """Takes one field after the other off the front of a coupon's digits."""

    def __init__(self, coupon: str) -> None:
        if not coupon.isdigit():
            raise InvalidInput("coupon has something other than digits")
        self._rest = coupon

    def take(self, length: int, name: str) -> str:
        field, self._rest = self._rest[:length], self._rest[length:]
        if len(field) < length:
            raise InvalidInput(f"coupon's {name} has {len(field)} digits, want {length}")
        return field

    def choice(self, allowed: str, name: str) -> str:
        digit = self.take(1, name)
        if digit not in allowed:
            raise InvalidInput(f"coupon's {name} is {digit}, want one of {allowed}")
        return digit

    def sized(self, sizes: str, name: str, plus: int = 0) -> str:
        """Take a field that is preceded by its length less `plus`, which must be one of `sizes`."""
        length = int(self.choice(sizes, f"length of {name}"))
        return self.take(length + plus, name)

    def has_option(self, marker: str) -> bool:
        """Take the digit that opens an optional field, if it is the next one."""
        present = self._rest.startswith(marker)
        self._rest = self._rest.removeprefix(marker) if present else self._rest
        return present

    def end(self) -> None:
        if self._rest:
            raise InvalidInput(f"coupon has {len(self._rest)} digits too many")


def couponcode(coupon: str) -> None:
    """AI (8110): North American Coupon Application Guideline Using GS1 DataBar Expanded."""
    fields = _Fields(coupon)
    gcppos1(fields.sized("0123456", "company prefix", plus=6))
    fields.take(6, "offer code")
    fields.sized("12345", "save value")
    _purchase(fields)
    if fields.has_option("1"):
        fields.choice("0123", "additional purchase rule")
        _purchase(fields)
        _other_prefix(fields)
    if fields.has_option("2"):
        _purchase(fields)
        _other_prefix(fields)
    _dates(fields)
    if fields.has_option("5"):
        fields.sized(_ANY, "serial number", plus=6)
    if fields.has_option("6"):
        gcppos1(fields.sized("1234567", "retailer", plus=6))
    if fields.has_option("9"):
        fields.choice("01256", "save value code")
        fields.choice("012", "item it applies to")
        fields.choice(_ANY, "store coupon flag")
        fields.choice("01", "do not multiply flag")
    fields.end()


def couponposoffer(coupon: str) -> None:
    """AI (8112): positive offer file coupon."""
    fields = _Fields(coupon)
    fields.choice("01", "format")
    fields.sized("0123456", "funder", plus=6)
    fields.take(6, "offer code")
    fields.sized(_ANY, "serial number", plus=6)
    fields.end()


def _purchase(fields: _Fields) -> None:
    fields.sized("12345", "purchase requirement")
    fields.choice("012349", "purchase requirement code")
    fields.take(3, "family code")


def _other_prefix(fields: _Fields) -> None:
    if fields.has_option("9"):  # the same company as the first
        return
    gcppos1(fields.sized("0123456", "company prefix", plus=6))


def _dates(fields: _Fields) -> None:
    expires = "999999"
    if fields.has_option("3"):
        expires = fields.take(6, "expiry date")
        yymmdd(expires)
    if fields.has_option("4"):
        starts = fields.take(6, "start date")
        yymmdd(starts)
        if starts > expires:
            raise InvalidInput(f"coupon starts on {starts}, after it expires on {expires}")
