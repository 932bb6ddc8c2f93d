"""Whether an item's code was made here: a forged serial is refused before anything is looked up."""

from collections.abc import Callable
from dataclasses import dataclass

from traceability.errors import CheckFailed, InvalidInput, NotIssued
from traceability.gs1 import digital_link, serials


@dataclass(frozen=True, slots=True)
class Issued:
    key: bytes
    """With which serials are made, at least 32 bytes."""
    issues_for: Callable[[str], bool]
    """Whether the serials of this GTIN are made here; another brand's are not ours to judge."""

    def check(self, link: str) -> None:
        """Refuse a Digital Link, of whatever thing, whose serial was not made here.

        Raises `NotIssued`, in the same words whatever is wrong with the serial: nobody learns which part of
        it they would have to change. Raises `InvalidInput` for no Digital Link.
        """
        parts = dict(digital_link.parse(link).path)
        if "21" not in parts or not self.issues_for(parts["01"]):
            return
        try:
            serials.check(self.key, parts["01"], parts["21"])
        except (CheckFailed, InvalidInput):
            raise NotIssued("this code was not issued by us") from None
