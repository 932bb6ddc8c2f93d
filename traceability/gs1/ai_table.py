"""The GS1 Application Identifiers, read from the table that scripts/make_ai_table.py makes."""

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Identifier:
    """One Application Identifier (AI): what its values look like and what it may stand with."""

    ai: str
    title: str
    format: str
    """Its components as the dictionary writes them: "N13,csum,gcppos1 [X..17]"."""
    attribute: bool
    """May stand in the query of a Digital Link."""
    requires: tuple[tuple[frozenset[str], ...], ...]
    """From each of these, one group must be there too. "35nn" stands for any AI from 3500 to 3599."""
    excludes: tuple[str, ...]
    """None of these may be there too."""
    qualifiers: tuple[tuple[str, ...], ...] | None
    """For a primary key, the alternative sequences of qualifiers that may follow it; None for any other."""


def _read() -> dict[str, Identifier]:
    rows = json.loads(files(__package__).joinpath("ai_table.json").read_text(encoding="utf-8"))
    return {ai: _identifier(ai, row) for row in rows for ai in _range(row["first"], row["last"])}


def _range(first: str, last: str) -> list[str]:
    return [str(number).zfill(len(first)) for number in range(int(first), int(last) + 1)]


def _identifier(ai: str, row: dict[str, Any]) -> Identifier:
    return Identifier(
        ai=ai,
        title=row["title"],
        format=row["format"],
        attribute=row["attribute"],
        requires=tuple(tuple(map(frozenset, groups)) for groups in row["requires"]),
        excludes=tuple(row["excludes"]),
        qualifiers=None if row["qualifiers"] is None else tuple(map(tuple, row["qualifiers"])),
    )


IDENTIFIERS = _read()
"""Every AI of the dictionary, by its digits."""
