"""Issued codes as labels: what all labels of one lot share, and what each says of its own."""

from collections.abc import Callable
from dataclasses import dataclass

from traceability.gs1 import digital_link, serials
from traceability.labels.label import LabelText

_LONGEST = "ABCDEFGHJKMNPQRS"
"""No other serial takes more room in a code: runs of digits take less."""


@dataclass(frozen=True, slots=True)
class Run:
    lot: str
    """Canonical Digital Link (01 with 10)."""
    name: tuple[str, str]
    """Of the product, in Chinese and in English."""
    link: Callable[[str], str]
    """What the code of an item says; the item is a canonical Digital Link."""
    scratch_key: bytes | None = None
    """Of the codes under the foil; None: labels have none."""

    def label(self, number: int, serial: str) -> LabelText:
        (_, gtin), (_, lot) = digital_link.parse(self.lot).path
        scratch = self.scratch_key and serials.scratch_code(self.scratch_key, gtin, serial)
        uri = self.link(digital_link.item(gtin, serial))
        return LabelText(number, uri, gtin, serial, lot, self.name, scratch or None)

    def sample(self) -> LabelText:
        """As large as any other."""
        return self.label(1, _LONGEST)
