"""Personal data and its journal in memory; each write can crash, before or after its effect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.fakes import Failing
from traceability.errors import Erased
from traceability.ledger.personal import Erasure, Kept


@dataclass
class FakePersonal(Failing):
    values: dict[str, Kept] = field(default_factory=dict)
    erased: dict[str, Erasure] = field(default_factory=dict)
    unswept: set[str] = field(default_factory=set)
    files: Failing = field(default_factory=Failing)
    """Crashes sweeping; `fail` of the store itself crashes the other writes."""
    read_meanwhile: bool = False
    """Whether somebody reads, so that nothing can be swept."""

    def keep(self, new: Sequence[Kept]) -> None:
        with self.writing():
            for each in new:
                if each.disclosure.commitment in self.erased:
                    raise Erased("erased")
            for each in new:
                self.values.setdefault(each.disclosure.commitment, each)

    def kept(self, commitments: Sequence[str]) -> list[Kept]:
        return [self.values[each] for each in commitments if each in self.values]

    def erasures(self, commitments: Sequence[str]) -> Mapping[str, Erasure]:
        return {each: self.erased[each] for each in commitments if each in self.erased}

    def all_erasures(self) -> list[Erasure]:
        return list(self.erased.values())

    def erase(self, erasures: Sequence[Erasure]) -> None:
        with self.writing():
            for each in erasures:
                self.values.pop(each.commitment, None)
                if self.erased.setdefault(each.commitment, each) is each:
                    self.unswept.add(each.commitment)

    def sweep(self) -> bool:
        if not self.unswept:
            return True
        with self.files.writing():
            if not self.read_meanwhile:
                self.unswept.clear()
        return not self.unswept


@dataclass
class FakeJournal(Failing):
    lines: list[Erasure] = field(default_factory=list)

    def read(self) -> list[Erasure]:
        return list(self.lines)

    def append(self, erasures: Sequence[Erasure]) -> None:
        with self.writing():
            self.lines += erasures
