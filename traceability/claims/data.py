"""The rules that are data: TOML files of this package, each with its version."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load(name: str) -> dict[str, Any]:
    """The table in rules/`name`.toml."""
    return tomllib.loads(files(__package__).joinpath("rules", f"{name}.toml").read_text("utf-8"))


def says(name: str, text: str) -> bool:
    """Whether `text` holds one of the words `name` of rules/words.toml."""
    return named(name, text) is not None


def named(name: str, text: str) -> str | None:
    """The first of those words in `text`."""
    match = _words(name).search(text)
    return match[0] if match else None


_EDGE = "(?:(?<![a-z0-9])(?=[a-z0-9])|(?<=[a-z0-9])(?![a-z0-9]))"
"""To Python, Chinese characters are letters, so that its own word edge misses the one in "SGS检测"."""


def pattern(alternatives: Iterable[str]) -> re.Pattern[str]:
    """One pattern of all; `\\b` in them is the edge of a word in Latin letters."""
    return re.compile("|".join(f"(?:{each})" for each in alternatives).replace(r"\b", _EDGE))


@cache
def _words(name: str) -> re.Pattern[str]:
    return pattern(load("words")[name])
