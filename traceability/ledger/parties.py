"""Whose each GS1 key is: the parties that are registered here, with their company prefixes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from traceability.errors import NotAuthorised
from traceability.gs1.company_prefix import LONGEST, SHORTEST, prefixed
from traceability.proof import recalls


@dataclass(frozen=True, slots=True)
class Party:
    gln: str
    name: str
    prefixes: tuple[str, ...] = ()
    """Digits with which keys of its own begin. Of two that fit a key, the longer decides whose it is."""
    is_authority: bool = False
    """Whether it may recall the goods of others."""
    makers: tuple[str, ...] = ()
    """GLNs of those who too may bring goods into being under its prefixes."""


class Parties(Protocol):
    """What is known about parties. Keys under no registered prefix are nobody's."""

    def owner_of(self, identifier: str) -> str | None:
        """The GLN of the party whose prefix stands in the key of a canonical Digital Link."""

    def is_authority(self, gln: str) -> bool: ...

    def may_make(self, gln: str, identifier: str) -> bool:
        """Whether it may bring these goods into being: as owner, as named by the owner, or as nobody's."""


@dataclass(frozen=True, slots=True)
class Register:
    """All parties that are registered at one moment."""

    parties: Mapping[str, Party]
    """By GLN."""
    _owners: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, parties: Iterable[Party]) -> "Register":
        known = {each.gln: each for each in parties}
        return cls(known, {prefix: each.gln for each in known.values() for prefix in each.prefixes})

    def name_of(self, gln: str) -> str:
        """Empty where nobody is registered under it."""
        return self.parties[gln].name if gln in self.parties else ""

    def owner_of(self, identifier: str) -> str | None:
        digits = prefixed(identifier) if self._owners else None
        for length in range(min(len(digits or ""), LONGEST), SHORTEST - 1, -1):
            if digits is not None and (owner := self._owners.get(digits[:length])) is not None:
                return owner
        return None

    def is_authority(self, gln: str) -> bool:
        return gln in self.parties and self.parties[gln].is_authority

    def may_make(self, gln: str, identifier: str) -> bool:
        owner = self.owner_of(identifier)
        return owner in (None, gln) or (owner is not None and gln in self.parties[owner].makers)


def may_recall(
    parties: Parties,
    gln: str,
    lots: Collection[str],
    makers: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Check that a party (GLN) may recall `lots` (canonical Digital Links), or end their recall.

    `proof.recalls.may_recall` says who may, by `makers` (`first_makers`). Raises `NotAuthorised`.
    """
    for lot in lots:
        if recalls.may_recall(gln, lot, makers, parties):
            continue
        owner = parties.owner_of(lot)
        if owner is not None:
            raise NotAuthorised(f"{lot} is of party {owner}: only it or an authority may recall it")
        raise NotAuthorised(
            f"{lot} is under no registered prefix, and party {gln} was not the first to make it: "
            "only who was, or an authority, may recall it"
        )
