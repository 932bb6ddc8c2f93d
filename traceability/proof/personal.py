"""Commitments that stand in events in the place of personal data, and the disclosures that open them."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from traceability.epcis.parse import parse_json
from traceability.epcis.personal import COMMITMENT
from traceability.errors import CheckFailed, InvalidInput
from traceability.log.domain import prefix
from traceability.log.text import from_base64, to_base64

SALT_BYTES = 16
MAX_NAME_BYTES = 255
MAX_VALUE_BYTES = 4096
MAX_DISCLOSURES = 1_000
MAX_FILE_BYTES = 2 * 1024 * 1024

_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Committed:
    """A field of an event that holds a commitment."""

    name: str
    """As it stands in the event, with its prefix."""
    commitment: str
    """64 hex digits in lower case."""


@dataclass(frozen=True, slots=True, repr=False)
class Disclosure:
    """What opens a commitment. No message and no `repr` holds the value, so that none gets into a log."""

    name: str
    """1 to `MAX_NAME_BYTES` bytes in UTF-8."""
    salt: bytes
    """`SALT_BYTES` random ones, fresh for each field, so that nobody can confirm a guess of the value."""
    value: str
    """At most `MAX_VALUE_BYTES` bytes in UTF-8."""

    def __post_init__(self) -> None:
        """Raises `InvalidInput`."""
        _check_text(self.name, "name of a disclosure", 1, MAX_NAME_BYTES)
        _check_text(self.value, f"value of {self.name[:80]!r}", 0, MAX_VALUE_BYTES)
        if len(self.salt) != SALT_BYTES:
            raise InvalidInput(f"salt of {self.name[:80]!r} has {len(self.salt)} bytes, want {SALT_BYTES}")

    @property
    def commitment(self) -> str:
        """The hex that stands in the event (docs/formats.md, Personal data)."""
        name = self.name.encode()
        opened = (
            prefix("guoji/personal") + self.salt + len(name).to_bytes(2, "big") + name + self.value.encode()
        )
        return hashlib.sha256(opened).hexdigest()

    def __repr__(self) -> str:
        return f"Disclosure({self.name!r})"


def committed(event: Mapping[str, Any]) -> tuple[Committed, ...]:
    """The fields of an event that hold commitments, in the order in which they stand there, each once."""
    return tuple(dict.fromkeys(_committed("", event)))


def check_disclosure(disclosure: Disclosure, fields: Iterable[Committed]) -> None:
    """Check that one of `fields` is what the disclosure opens. Raises `CheckFailed` without the value."""
    found = Committed(disclosure.name, disclosure.commitment)
    wanted = {field.commitment for field in fields if field.name == disclosure.name}
    if not wanted:
        raise CheckFailed(f"no event commits to a field {disclosure.name[:80]!r}")
    if found.commitment not in wanted:
        raise CheckFailed(
            f"{disclosure.name[:80]!r} was disclosed as something that hashes to {found.commitment}, "
            f"the event commits to {' or '.join(sorted(wanted)[:3])}"
        )


def parse_disclosures(data: bytes) -> tuple[Disclosure, ...]:
    """Read `{"disclosures": [{"name", "salt", "value"}]}`. Raises `InvalidInput`."""
    if len(data) > MAX_FILE_BYTES:
        raise InvalidInput(f"disclosures have {len(data)} bytes, want at most {MAX_FILE_BYTES}")
    given = _object(parse_json(data), "disclosures", {"disclosures"})["disclosures"]
    if not isinstance(given, list) or not 1 <= len(given) <= MAX_DISCLOSURES:
        found = f"{len(given)} of them" if isinstance(given, list) else type(given).__name__
        raise InvalidInput(f"found {found}, want a list of 1 to {MAX_DISCLOSURES} disclosures")
    return tuple(_disclosure(each, f"disclosure {number}") for number, each in enumerate(given, start=1))


def disclosures_json(disclosures: Iterable[Disclosure]) -> dict[str, Any]:
    """What `parse_disclosures` reads back."""
    return {"disclosures": [disclosure_json(each) for each in disclosures]}


def disclosure_json(disclosure: Disclosure) -> dict[str, str]:
    return {"name": disclosure.name, "salt": to_base64(disclosure.salt), "value": disclosure.value}


def _committed(name: str, value: object) -> Iterator[Committed]:
    if isinstance(value, list):
        for item in value:
            yield from _committed(name, item)
    elif isinstance(value, Mapping):
        digits = value.get(COMMITMENT)
        if len(value) == 1 and isinstance(digits, str) and _HEX.fullmatch(digits):
            yield Committed(name, digits)
            return
        for inner, member in value.items():
            yield from _committed(inner, member)


def _disclosure(value: object, where: str) -> Disclosure:
    fields = _object(value, where, {"name", "salt", "value"})
    for name, text in fields.items():
        if not isinstance(text, str):
            raise InvalidInput(f"{name} of {where} is {type(text).__name__}, want text")
    return Disclosure(fields["name"], from_base64(fields["salt"], f"salt of {where}"), fields["value"])


def _object(value: object, where: str, names: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict) or value.keys() != names:
        found = f"the names {sorted(value)!r:.80}" if isinstance(value, dict) else type(value).__name__
        raise InvalidInput(f"{where}: found {found}, want an object with {', '.join(sorted(names))}")
    return value


def _check_text(text: str, what: str, at_least: int, at_most: int) -> None:
    size = len(text.encode())
    if not at_least <= size <= at_most:
        raise InvalidInput(f"{what} has {size} bytes, want {at_least} to {at_most}")
    if "\0" in text:
        raise InvalidInput(f"{what} holds a NUL, want text")
