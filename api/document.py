"""The public JSON of a trace. Fields are added, never renamed: other tools read what docs/pages.md lists."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, assert_never

from traceability.cold_chain.exposure import Exposure
from traceability.cold_chain.shelf_life import Remaining
from traceability.ledger.on_air import Showing, showings
from traceability.ledger.recalled import RecallNotice
from traceability.ledger.trace import Curve, LabResult, Trace, TracedEvent
from traceability.ledger.yields import over_yield_json
from traceability.proof.balance import balance_json
from traceability.proof.judged import judged_json
from traceability.proof.verdict import Contradicted, TraceVerdict, TraceVerified, Unchecked, Verdict, Verified
from traceability.telemetry.findings import Finding

FORMAT = "guoji-trace/1"


def trace_document(trace: Trace) -> dict[str, Any]:
    """Times are RFC 3339 in UTC, but for readings: milliseconds since 1970, beside their values."""
    return {
        "format": FORMAT,
        "subject": trace.subject,
        "product": dict(trace.product),
        "origin": dict(trace.origin),
        "harvested_at": _time(trace.harvested_at),
        "verdict": _verdict(trace.verdict),
        "events": [_event(traced) for traced in trace.events],
        "curves": [_curve(curve) for curve in trace.curves],
        "profile": None if trace.profile is None else trace.profile.name,
        "remaining": _remaining(trace.remaining),
        "lab_results": [_lab_result(result) for result in trace.lab_results],
        "credentials": [{"event": each.key, **judged_json(each.judged)} for each in trace.credentials],
        "findings": [_finding(finding) for finding in trace.findings],
        "contradictions": [
            {"kind": found.kind.value, "identifier": found.identifier, "events": list(found.events)}
            for found in trace.contradictions
        ],
        "balance": None if trace.balance is None else balance_json(trace.balance),
        "over_yields": [over_yield_json(over) for over in trace.over_yields],
        "staged": [dict(staged) for staged in trace.staged],
        "chain_label": trace.chain_label,
        "recalls": [_recall(recall) for recall in trace.recalls],
        "on_air": [_showing(each) for each in showings(trace.subject, trace.events)],
        "is_cut": trace.is_cut,
        "claims_left_out": trace.claims_left_out,
        "lost": trace.lost,
        "made_at": _time(trace.made_at),
    }


def _verdict(verdict: Verdict | TraceVerdict) -> dict[str, Any]:
    match verdict:
        case Verified(anchored_at):
            return {"is": "verified", "anchored_at": _time(anchored_at)}
        case TraceVerified(verified, total, through):
            return {"is": "verified", "verified": verified, "total": total, "through": _time(through)}
        case Contradicted(step, reason):
            return {"is": "contradicted", "step": step, "reason": reason}
        case Unchecked(reason):
            return {"is": "unchecked", "reason": reason}
    assert_never(verdict)


def _event(traced: TracedEvent) -> dict[str, Any]:
    return {
        "key": traced.key,
        "event": traced.event.body,
        "submitter": traced.submitter,
        "captured_at": _time(traced.captured_at),
        "grade": traced.grade.value,
        "verdict": _verdict(traced.verdict),
        "voided": traced.voided,
        "claimed": traced.claimed,
        "staged": _names(traced.staged),
        "personal": [
            {"name": field.name, "commitment": field.commitment, "erased_at": _time(field.erased_at)}
            for field in traced.personal
        ],
    }


def _recall(recall: RecallNotice) -> dict[str, Any]:
    return {
        "key": recall.key,
        "notice": recall.notice,
        "goods": list(recall.goods),
        "at": _time(recall.at),
        "by": recall.by,
        "party": dict(recall.party),
        "entitled": recall.is_entitled,
        "holds": recall.holds,
        "reason": dict(recall.reason),
        "advice": dict(recall.advice),
        "level": recall.level,
        "released_at": _time(recall.released_at),
        "evidence": recall.evidence,
    }


def _showing(shown: Showing) -> dict[str, Any]:
    return {
        "key": shown.key,
        "at": _time(shown.at),
        "lot": shown.lot,
        "room": shown.room,
        "room_code": shown.room_code,
        "offer_code": shown.offer_code,
        "title": shown.title,
        "party": shown.party,
        "by_holder": shown.by_holder,
    }


def _curve(curve: Curve) -> dict[str, Any]:
    return {
        "device": curve.device,
        "alias": curve.alias,
        "name": dict(curve.name),
        "metric": curve.metric,
        "unit": curve.unit,
        "cold_chain": curve.cold_chain,
        "live": curve.live,
        "low": curve.low,
        "high": curve.high,
        "points": [[point.taken_at_ms, point.value] for point in curve.points],
        "excursions": [
            {"from_ms": e.from_ms, "to_ms": e.to_ms, "extreme": e.extreme} for e in curve.excursions
        ],
        "silences": [{"from_ms": s.from_ms, "to_ms": s.to_ms} for s in curve.silences],
        "exposure": _exposure(curve.exposure),
        "chilled_ms": curve.chilled_ms,
        "beyond_allowance": curve.beyond_allowance,
        "staged": _names(curve.staged),
    }


def _exposure(was: Exposure | None) -> dict[str, Any] | None:
    if was is None:
        return None
    return {
        "from_ms": was.from_ms,
        "to_ms": was.to_ms,
        "within_ms": was.within_ms,
        "outside_ms": was.outside_ms,
        "unknown_ms": was.unknown_ms,
        "degree_hours_above": was.degree_hours_above,
        "degree_hours_below": was.degree_hours_below,
        "mean_kinetic_celsius": was.mean_kinetic_celsius,
    }


def _remaining(left: Remaining | None) -> dict[str, Any] | None:
    if left is None:
        return None
    return {
        "model": "Q10",
        "days": None if left.days is None else list(left.days),
        "celsius": left.celsius,
        "as_of_ms": left.as_of_ms,
        "known_ms": left.known_ms,
        "unknown_ms": left.unknown_ms,
    }


def _lab_result(result: LabResult) -> dict[str, Any]:
    return {
        "analyte": dict(result.analyte),
        "value": result.value,
        "unit": result.unit,
        "limit": result.limit,
        "tested_at": _time(result.tested_at),
        "laboratory": dict(result.laboratory),
        "submitter": result.submitter,
        "staged": _names(result.staged),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind.value,
        "device": finding.device,
        "metric": finding.metric,
        "from_ms": finding.from_ms,
        "to_ms": finding.to_ms,
        "count": finding.count,
        "detail": finding.detail,
    }


def _names(names: Mapping[str, str] | None) -> dict[str, str] | None:
    return dict(names) if names is not None else None


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
