"""The rules that are data: TOML files of this package, each with its version."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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


_EDGE = r"(?a:\b)"
"""To Python, Chinese characters are letters, so that its own word edge misses the one in "SGS检测"."""


_CHINESE = re.compile("[\u4e00-\u9fff]")
_LATIN = re.compile("[a-z]")
_ESCAPED = re.compile(r"\\.")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression whose alternatives in the other language are left out where they cannot match."""

    mixed: re.Pattern[str]
    chinese: re.Pattern[str]
    latin: re.Pattern[str]

    def _of(self, text: str) -> re.Pattern[str]:
        if not _CHINESE.search(text):
            return self.latin
        return self.mixed if _LATIN.search(text) else self.chinese

    def sub(self, by: str, text: str) -> str:
        return self._of(text).sub(by, text)

    def search(self, text: str) -> re.Match[str] | None:
        return self._of(text).search(text)

    def match(self, text: str) -> re.Match[str] | None:
        return self._of(text).match(text)

    def fullmatch(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        return self._of(text).fullmatch(text, start, len(text) if end is None else end)

    def finditer(self, text: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
        return self._of(text).finditer(text, start, len(text) if end is None else end)


def pattern(alternatives: Iterable[str]) -> Pattern:
    """One pattern of all; `\\b` in them is the edge of a word in Latin letters."""
    every = list(alternatives)
    words = [
        (each, bool(_CHINESE.search(each)), bool(_LATIN.search(_ESCAPED.sub("", each)))) for each in every
    ]
    return Pattern(
        mixed=_one_of(every),
        chinese=_one_of(each for each, chinese, latin in words if chinese or not latin),
        latin=_one_of(each for each, chinese, latin in words if latin or not chinese),
    )


def _one_of(alternatives: Iterable[str]) -> re.Pattern[str]:
    joined = "|".join(f"(?:{each})" for each in alternatives)
    return re.compile(joined.replace(r"\b", _EDGE) or r"(?!)")


@cache
def _words(name: str) -> Pattern:
    return pattern(load("words")[name])
