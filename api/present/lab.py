"""The lab report: each value beside its limit, and who reports it of which day."""

from dataclasses import dataclass

from api.present import measures
from api.present.parties import party
from api.words import Words
from traceability.ledger.trace import LabResult


@dataclass(frozen=True, slots=True)
class LabLine:
    analyte: str
    value: str
    limit: str | None
    share: int | None
    """Value as percent of the limit, 0 to 100, for the meter; None without a limit."""
    over: bool


@dataclass(frozen=True, slots=True)
class LabReport:
    source: str
    lines: tuple[LabLine, ...]
    staged: tuple[str, ...]


def lab_reports(results: tuple[LabResult, ...], words: Words) -> tuple[LabReport, ...]:
    """One for each laboratory and day."""
    by_source: dict[str, list[LabResult]] = {}
    for result in results:
        laboratory = party(result.submitter, result.laboratory, words)
        by_source.setdefault(f"{laboratory} · {words.date(result.tested_at)}", []).append(result)
    return tuple(
        LabReport(source, tuple(_line(result, words) for result in report), _staged(report, words))
        for source, report in by_source.items()
    )


def sugar(results: tuple[LabResult, ...]) -> LabResult | None:
    """The newest Brix value, if a laboratory measured one; of several, the one it put first."""
    found = [result for result in results if measures.unit(result.unit) == "°Bx"]
    return max(found, key=lambda result: result.tested_at, default=None)


def _line(result: LabResult, words: Words) -> LabLine:
    analyte = words.name(result.analyte) or "–"
    value = measures.amount(result.value, result.unit, words)
    if result.limit is None:
        return LabLine(analyte, value, limit=None, share=None, over=False)
    limit = words.say("limit {limit}", limit=measures.amount(result.limit, result.unit, words))
    share = _share(result.value, result.limit)
    return LabLine(analyte, value, limit, share, over=result.value > result.limit)


def _share(value: float, limit: float) -> int:
    """Never a quotient beyond 1: that of two doubles may be infinite."""
    if value >= limit:
        return 100
    return round(100 * (value / limit)) if value > 0 else 0


def _staged(report: list[LabResult], words: Words) -> tuple[str, ...]:
    """Each different thing that is staged, once."""
    said = (words.name(result.staged or {}) for result in report)
    return tuple(dict.fromkeys(text for text in said if text))
