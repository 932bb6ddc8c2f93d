"""What `guoji verify` says of recalls: that the events of a file call the goods back, or did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from traceability.errors import InvalidInput
from traceability.proof.ancestry import ancestry
from traceability.proof.history import told_in
from traceability.proof.recalls import Recall, recalls
from traceability.proof.records import Proven
from traceability.proof.told import Told
from traceability.proof.verdict import Verified
from traceability.proof.verify_trace import TraceReport


class _NobodyKnown:
    """A file does not say whose keys are registered."""

    def owner_of(self, _identifier: str) -> str | None:
        return None

    def is_authority(self, _gln: str) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Recalled:
    """The recalls in a trace that reach its subject.

    An event that is not verified counts too: to be warned for nothing costs less.
    """

    found: Sequence[Recall[Proven]]
    proven: frozenset[str]
    """Keys of the events that are verified."""
    why_not: str = ""

    @classmethod
    def of(cls, trace: TraceReport) -> "Recalled":
        goods = [each for each in trace.events if each.proof.leaves is None]
        try:
            told = [(Proven.of(each.proof), isinstance(each.report.verdict, Verified)) for each in goods]
            records = [record for record, _ in told]
            kin = ancestry(trace.subject, told_in(map(Told.of, records))).told
            found = recalls(records, kin, _NobodyKnown(), trace.subject)
        except InvalidInput as error:
            return cls((), frozenset(), str(error))
        return cls(found, frozenset(record.key for record, is_proven in told if is_proven))

    def lines(self) -> Iterator[str]:
        if self.why_not:
            yield f"Recalls: not told: {self.why_not}"
        for each in self.found:
            yield f"{self._state(each)}: {self._told(each)}"

    def as_json(self) -> list[dict[str, Any]]:
        return [
            {
                "key": each.record.key,
                "goods": list(each.goods),
                "by": each.record.submitter,
                "at": each.record.event.body["eventTime"],
                "by_the_maker": each.is_entitled,
                "verified": each.record.key in self.proven,
                "released": each.release is not None,
            }
            for each in self.found
        ]

    def _state(self, recall: Recall[Proven]) -> str:
        if recall.release is not None:
            return "Recall, ended since"
        return "RECALLED" if recall.is_entitled else "Recall by another party than the maker"

    def _told(self, recall: Recall[Proven]) -> str:
        body = recall.record.event.body
        reason = body.get("guoji:reason")
        texts = reason.values() if isinstance(reason, dict) else [reason]
        why = (
            " / ".join(dict.fromkeys(text for text in texts if isinstance(text, str))) or "no reason recorded"
        )
        doubt = "" if recall.record.key in self.proven else " (this event is not verified)"
        return f"{body['eventTime']}, by {recall.record.submitter}, {', '.join(recall.goods)}: {why}{doubt}"
