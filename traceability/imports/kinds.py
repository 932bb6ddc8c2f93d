"""The kinds of sheets that partners send, as `kinds.toml` describes them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import normalize

from traceability.errors import InvalidInput

LANGUAGES = ("zh", "en")
AT = "at"
"""What a row's time is called, whatever its heading."""
_FILE = Path(__file__).with_name("kinds.toml")


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    headings: Mapping[str, str]
    """In each language."""
    synonyms: frozenset[str]
    """What others call it, plainly written."""
    holds: str
    """How a cell is read: a key of `cells.READERS`."""
    example: str
    help: Mapping[str, str]
    required: bool

    @property
    def key(self) -> str:
        """What its value is called in a row."""
        return AT if self.holds == "time" else self.name

    @property
    def title(self) -> str:
        """For whoever reads either language."""
        return f"{self.headings['zh']} ({self.headings['en']})"


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    titles: Mapping[str, str]
    columns: tuple[Column, ...]
    together: tuple[str, ...]
    """Rows that agree in these values make one event; if there are none, each row makes its own."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words that stand in cells, plainly written, and what they mean."""

    units: Mapping[str, tuple[str, Fraction]]
    """Code of UNECE Rec 20, and how many of it one is."""
    packings: frozenset[str]
    """Units that hold nobody knows how much."""
    choices: Mapping[str, Mapping[str, str]]
    """By what a column holds: each word, and what an event is made of."""
    offered: Mapping[str, tuple[str, ...]]
    """By what a column holds: the words that a template offers."""


def plainly(text: str) -> str:
    """`text` as headings and words are compared: no case, no spaces, no marks, full width as half width."""
    folded = normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum() or char in "%/")


def kind(name: str) -> Kind:
    """Raises `InvalidInput` for a kind that there is not."""
    if name not in kinds():
        raise InvalidInput(f"kind is {name[:40]!r}, want one of {', '.join(kinds())}")
    return kinds()[name]


@cache
def kinds() -> Mapping[str, Kind]:
    described = _described()
    return {
        name: Kind(
            name,
            _by_language(each),
            tuple(_column(described, column, column in each["required"]) for column in each["columns"]),
            tuple(each["together"]),
        )
        for name, each in described["kinds"].items()
    }


@cache
def words() -> Words:
    described = _described()
    units = {code: (code, Fraction(1)) for code in described["units"]}
    meanings = {plainly(word): units[code] for code, said in described["units"].items() for word in said}
    for word, one in described["converted"].items():
        meanings[plainly(word)] = one["unit"], Fraction(one["factor"])
    return Words(
        packings=frozenset(map(plainly, described["packings"])),
        units={**meanings, **{plainly(code): unit for code, unit in units.items()}},
        choices={
            holds: {plainly(word): meaning for meaning, said in choices.items() for word in said}
            for holds, choices in described["words"].items()
        },
        offered={
            "unit": tuple(said[0] for said in described["units"].values())
            + tuple(described["converted"])[:1],
            **{
                holds: tuple(word for said in choices.values() for word in said[:2])
                for holds, choices in described["words"].items()
            },
        },
    )


def _column(described: Mapping[str, Any], name: str, required: bool) -> Column:
    each = described["columns"][name]
    headings = _by_language(each)
    help_texts = {language: each.get(f"help_{language}", "") for language in LANGUAGES}
    if each["holds"] in described["holds"]:
        shared = described["holds"][each["holds"]]
        help_texts = {language: shared[f"help_{language}"] for language in LANGUAGES}
    return Column(
        name=name,
        headings=headings,
        synonyms=frozenset(map(plainly, [*headings.values(), *each["also"], name])),
        holds=each["holds"],
        example=each["example"],
        help=help_texts,
        required=required,
    )


def _by_language(each: Mapping[str, Any]) -> Mapping[str, str]:
    return {language: each[language] for language in LANGUAGES}


@cache
def _described() -> Mapping[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))
