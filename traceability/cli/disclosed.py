"""What `guoji verify` says of personal data: which fields are only committed to, what was shown of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from traceability.cli.read_source import read_file
from traceability.errors import CheckFailed
from traceability.proof.personal import (
    MAX_FILE_BYTES,
    Committed,
    Disclosure,
    check_disclosure,
    committed,
    parse_disclosures,
)
from traceability.proof.verdict import Contradicted, TraceVerified, Unchecked, Verified

STEP = "personal"

_Good = TypeVar("_Good", Verified, TraceVerified)


@dataclass(frozen=True, slots=True)
class Disclosed:
    """The disclosures that somebody handed to the verifier; none without a file."""

    given: tuple[Disclosure, ...]

    @classmethod
    def read(cls, path: Path | None) -> "Disclosed":
        """Raises `InvalidInput`."""
        return cls(() if path is None else parse_disclosures(read_file(path, MAX_FILE_BYTES)))

    def lines(self, event: Mapping[str, Any]) -> Iterator[str]:
        for field in committed(event):
            value = self.value(field)
            shown = "committed, not shown" if value is None else f"{value} (matches the commitment)"
            yield f"  {field.name}: {shown}"

    def as_json(self, event: Mapping[str, Any]) -> list[dict[str, str | None]]:
        """Name, commitment and value of each field; the value is null where it was not shown."""
        return [
            {"name": field.name, "commitment": field.commitment, "value": self.value(field)}
            for field in committed(event)
        ]

    def judge(
        self,
        verdict: _Good | Contradicted | Unchecked,
        events: Iterable[Mapping[str, Any]],
        believes_somebody: bool,
    ) -> _Good | Contradicted | Unchecked:
        """The verdict, unless a disclosure opens nothing in any of `events`: that is a lie about them."""
        fields = [field for event in events for field in committed(event)]
        try:
            for disclosure in self.given:
                check_disclosure(disclosure, fields)
        except CheckFailed as lie:
            if isinstance(verdict, Contradicted):
                return verdict
            if isinstance(verdict, Unchecked) and not believes_somebody:
                return Unchecked(f"{verdict.reason}; {STEP}: {lie}")
            return Contradicted(STEP, str(lie))
        return verdict

    def value(self, field: Committed) -> str | None:
        """None if it was not shown."""
        values = (each.value for each in self.given if Committed(each.name, each.commitment) == field)
        return next(values, None)
