"""Whether an item's code was made here, before anything is looked up; and whether it was put on goods."""

from collections.abc import Callable
from dataclasses import dataclass, field

from traceability.errors import CheckFailed, CodeWithdrawn, InvalidInput, Misspelt, NeverActivated, NotIssued
from traceability.gs1 import digital_link, serials
from traceability.ledger.codes import CodeStatus

_GTIN = 14
"""Digits; in AI 8006 the number of the piece and of all pieces follow."""


@dataclass(frozen=True, slots=True)
class Issued:
    key: bytes = field(repr=False)
    """With which serials are made, at least 32 bytes."""
    issues_for: Callable[[str], bool]
    """Whether the serials of this GTIN are made here; another brand's are not ours to judge."""
    status_of: Callable[[str], CodeStatus | None]
    """What became of the code of an item; None if it was not issued here."""

    def check(self, link: str) -> None:
        """Refuse a Digital Link, of whatever thing, whose serial was not made here.

        Raises `NotIssued`, in the same words whatever is wrong with the serial: nobody learns which part of
        it they would have to change. Raises `Misspelt` where it was made here, but in capitals, or with a
        digit where a letter was typed; `InvalidInput` for no Digital Link.
        """
        path = digital_link.parse(link).path
        parts = dict(path)
        # A piece of an item (8006) bears the item's product and serial.
        gtin, serial = parts.get("01") or parts.get("8006", "")[:_GTIN], parts.get("21")
        if serial is None or not self.issues_for(gtin):
            return
        if self._made(gtin, serial):
            return
        printed = serials.as_printed(serial)
        if printed != serial and self._made(gtin, printed):
            meant = [(ai, printed if ai == "21" else value) for ai, value in path]
            raise Misspelt(f"this code is printed as {printed}", digital_link.build(None, meant))
        raise NotIssued("this code was not issued by us")

    def _made(self, gtin: str, serial: str) -> bool:
        try:
            serials.check(self.key, gtin, serial)
        except (CheckFailed, InvalidInput):
            return False
        return True

    def has(self, item: str) -> bool:
        """Whether the code of an item (canonical Digital Link) was issued here."""
        return self.status_of(item) is not None


def check_used(status_of: Callable[[str], CodeStatus | None], subject: str) -> None:
    """Refuse an item (canonical Digital Link) whose code was issued here and is on no goods; needs no key.

    Whatever events name it: a shop that takes in stolen labels records them as it does all others. Raises
    `NeverActivated` or `CodeWithdrawn`; of another thing nothing is said.
    """
    if "21" not in dict(digital_link.parse(subject).path):
        return
    status = status_of(subject)
    if status is None or status.activation is not None:
        return
    if status.code.withdrawn_at_ms is not None:
        raise CodeWithdrawn("this code was issued by us, and withdrawn before it was put on goods")
    raise NeverActivated("this code was issued by us, but never put on goods")
