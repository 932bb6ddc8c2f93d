"""The lab report: each value beside its limit, who reports it, and whether a trusted laboratory says so."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

from api.present import measures
from api.present.parties import party
from api.present.recall import called
from api.present.text import plain
from api.words import Words, message
from traceability.ledger.credentials import CarriedCredential
from traceability.ledger.trace import LabResult, Trace
from traceability.proof.judged import Outcome
from traceability.proof.laboratory import Result
from traceability.proof.told import words_of

_WHY_NOT: Final = {
    Outcome.UNREADABLE: message("Not confirmed: what goes with it as a signed report cannot be read."),
    Outcome.UNKNOWN_ISSUER: message("Not confirmed: it is signed by nobody whom this site trusts."),
    Outcome.NOT_SIGNED: message("Not confirmed: the signature is not by the laboratory that it names."),
    Outcome.UNCHECKED: message("Not confirmed: the signature could not be checked here."),
    Outcome.NOT_TRUSTED: message("Not confirmed: the laboratory is not trusted for this, or was not then."),
    Outcome.NOT_YET_VALID: message("Not confirmed: the signed report did not hold yet."),
    Outcome.EXPIRED: message("Not confirmed: the signed report has expired."),
    Outcome.OUT_OF_SCOPE: message("Not confirmed: the signed report is about other goods."),
    Outcome.DIFFERS: message("Not confirmed: the signed report says something else than this record."),
    Outcome.REVOKED: message("Not confirmed: the laboratory has revoked it."),
    Outcome.STATUS_UNKNOWN: message("Signed by the laboratory. Whether it was revoked since is not known."),
}

_CERTIFICATES: Final = {
    "OrganicCertificate": message("Organic certificate"),
    "GreenFoodCertificate": message("Green food certificate"),
}


@dataclass(frozen=True, slots=True)
class LabLine:
    analyte: str
    value: str
    limit: str | None
    share: int | None
    """Value as percent of the limit, 0 to 100, for the meter; None without a limit."""
    over: bool
    note: str | None = None
    """How it was measured, as far as that is stated."""
    key: str = ""
    """Of the record that says so; empty where a signed report does."""


@dataclass(frozen=True, slots=True)
class LabReport:
    source: str
    lines: tuple[LabLine, ...]
    staged: tuple[str, ...]
    key: str = ""
    """Of the event that says so; empty where several say it together."""
    document: str | None = None
    """SHA-256 (hex) of the sheet that this event speaks of."""
    standing: str | None = None
    """Who confirms it, or why nobody does; None where nothing is signed."""
    is_confirmed: bool = False
    """Of the goods of the page themselves: a drop of what was tested says nothing of a barrel."""


def lab_reports(trace: Trace, words: Words) -> tuple[LabReport, ...]:
    """One for each laboratory and day, and one for each signed report."""
    signed = {each.key for each in trace.credentials}
    by_source: dict[str, list[LabResult]] = {}
    for result in trace.lab_results:
        if result.key not in signed:
            laboratory = party(result.submitter, result.laboratory, words)
            by_source.setdefault(f"{laboratory} · {words.date(result.tested_at)}", []).append(result)
    plain_reports = tuple(
        LabReport(
            source,
            tuple(_line(result, words) for result in report),
            _staged((each.staged for each in report), words),
            *_record([each.key for each in report], trace),
        )
        for source, report in by_source.items()
    )
    own = _own(trace)
    return (*(_signed(each, trace, own, words) for each in trace.credentials), *plain_reports)


def _own(trace: Trace) -> set[str]:
    """What the goods of the page are called: an item has its lot, too."""
    told = (words_of(each.event) for each in trace.events if not each.claimed and not each.voided)
    return {trace.subject} | {each.lot for each in told if each.lot and trace.subject in each.made}


def sugar(results: tuple[LabResult, ...]) -> LabResult | None:
    """The newest Brix value, if a laboratory measured one; of several, the one it put first."""
    found = [result for result in results if measures.unit(result.unit) == "°Bx"]
    return max(found, key=lambda result: result.tested_at, default=None)


def _signed(carried: CarriedCredential, trace: Trace, own: Set[str], words: Words) -> LabReport:
    """What a report says that does not hold is shown as what the record claims."""
    claimed = tuple(_line(result, words) for result in trace.lab_results if result.key == carried.key)
    judged = carried.judged
    of_report = judged.credential.results if judged.credential is not None else ()
    lines = tuple(_result_line(each, words) for each in of_report)
    # A record has numbers alone, so that nothing was found stands in the report.
    unfound = tuple(_result_line(each, words) for each in of_report if each.value is None)
    return LabReport(
        _source(carried, words),
        lines if judged.is_confirmed or not claimed else (*claimed, *unfound),
        _staged((carried.staged,), words),
        *_record([carried.key], trace),
        _standing(carried, own, words),
        judged.is_confirmed and not own.isdisjoint(carried.goods),
    )


def _record(keys: Sequence[str], trace: Trace) -> tuple[str, str | None]:
    """The one event of a report, and the document that it speaks of."""
    [key, *others] = dict.fromkeys(keys)
    if others:
        return "", None
    event = next((each.event for each in trace.events if each.key == key), None)
    digest = None if event is None else event.body.get("guoji:reportSha256")
    return key, digest if isinstance(digest, str) else None


def _source(carried: CarriedCredential, words: Words) -> str:
    credential = carried.judged.credential
    certificate = None if credential is None else _CERTIFICATES.get(credential.kind)
    who, when = party(carried.submitter, carried.laboratory, words), words.date(carried.happened_at)
    return " · ".join([*([words.say(certificate)] if certificate else []), who, when])


def _standing(carried: CarriedCredential, own: Set[str], words: Words) -> str:
    judged = carried.judged
    if not judged.is_confirmed or judged.issuer is None:
        return words.say(_WHY_NOT[judged.outcome])
    name = words.name(judged.issuer.name) or plain(judged.issuer.id)
    if judged.issuer.accreditation:
        number = plain(judged.issuer.accreditation)
        name = words.say("{name} ({accreditation})", name=name, accreditation=number)
    if own.isdisjoint(carried.goods):
        goods = plain(", ".join(called(each, words) for each in carried.goods))
        return words.say(
            "{name} confirms this of {goods} alone, not of all that is here.", name=name, goods=goods
        )
    if judged.as_of is None:
        return words.say("Confirmed by {name}. It keeps no list of what it revoked.", name=name)
    as_of = words.moment(judged.as_of)
    return words.say("Confirmed by {name}. Not revoked by {moment}.", name=name, moment=as_of)


def _result_line(result: Result, words: Words) -> LabLine:
    analyte = words.name(result.analyte) or "–"
    if result.value is None:
        bound = _amount(result.bound or 0, result.unit, words)
        value = words.say("below {bound}", bound=bound)
    else:
        value = _amount(result.value, result.unit, words)
    if result.limit is None:
        return LabLine(analyte, value, None, None, False, _note(result, words))
    limit = _amount(result.limit.value, result.unit, words)
    return LabLine(
        analyte,
        value,
        words.say("limit {limit}", limit=f"{limit}, {plain(result.limit.standard)}"),
        _share(result.value or 0, result.limit.value),
        result.is_above,
        _note(result, words),
    )


def _note(result: Result, words: Words) -> str | None:
    parts = [plain(result.method)] if result.method else []
    if result.uncertainty is not None:
        parts.append(f"± {_amount(result.uncertainty, result.unit, words)}")
    if result.lod is not None:
        parts.append(f"LOD {_amount(result.lod, result.unit, words)}")
    return " · ".join(parts) or None


def _line(result: LabResult, words: Words) -> LabLine:
    analyte = words.name(result.analyte) or "–"
    value = _amount(result.value, result.unit, words)
    if result.limit is None:
        return LabLine(analyte, value, limit=None, share=None, over=False, key=result.key)
    limit = words.say("limit {limit}", limit=_amount(result.limit, result.unit, words))
    share = _share(result.value, result.limit)
    return LabLine(analyte, value, limit, share, over=result.value > result.limit, key=result.key)


def _amount(value: float, unit: str, words: Words) -> str:
    """Residues are measured in thousandths of a milligram."""
    return measures.amount(value, unit, words, digits=6)


def _share(value: float, limit: float) -> int:
    """Never a quotient beyond 1: that of two doubles may be infinite."""
    if value >= limit:
        return 100
    return round(100 * (value / limit)) if value > 0 else 0


def _staged(told: Iterable[Mapping[str, str] | None], words: Words) -> tuple[str, ...]:
    """Each different thing that is staged, once."""
    said = (words.name(each or {}) for each in told)
    return tuple(dict.fromkeys(text for text in said if text))
