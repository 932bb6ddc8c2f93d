"""What a rehearsal or a broadcast came to, from its records: sentence by sentence, by offer, and counted."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from traceability.live.data import load
from traceability.live.record import Kind, Record
from traceability.live.room import Offer, Room
from traceability.live.warnings import NOT_JUDGED

FORMAT = "guoji-live-report/1"
_A_PAPER_HELPS = ("expired", "forbidden", "unsupported")


def room_report(room: Room, records: Sequence[Record]) -> dict[str, Any]:
    """JSON. `records`: all of the room. Times are RFC 3339 in UTC; a text that was erased is null."""
    warned = _warnings(records)
    said = _said(records)
    about = _offers(room, said, warned)
    return {
        "format": FORMAT,
        "room": room.code,
        "title": room.title,
        "party": room.party,
        "lang": room.lang,
        "phase": room.phase.value,
        "from": _time(records[0].at_ms) if records else None,
        "until": _time(records[-1].at_ms) if records else None,
        "counts": _counts(said, warned),
        "offers": [_offer(offer, said, warned) for offer in about],
    }


def _said(records: Iterable[Record]) -> list[Mapping[str, Any]]:
    """Without what was not judged at first and is there again with its verdict."""
    said = [each.body for each in records if each.kind is Kind.SAID]
    judged = {each["id"] for each in said if each["verdict"] != NOT_JUDGED}
    return [each for each in said if each["verdict"] != NOT_JUDGED or each["id"] not in judged]


def _offers(
    room: Room, said: Iterable[Mapping[str, Any]], warned: Iterable[Mapping[str, Any]]
) -> list[Offer | None]:
    """All of the room, in their order; None for what was said with nothing on the overlay."""
    spoken_of = {each["offer"] for each in [*said, *warned]}
    known = {each.code for each in room.offers}
    gone = [Offer(code, "", "") for code in sorted(spoken_of - known - {None})]
    return [*room.offers, *gone, *([None] if None in spoken_of else [])]


def _counts(said: Sequence[Mapping[str, Any]], warned: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "sentences": len(said),
        "verdicts": dict(sorted(Counter(each["verdict"] for each in said).items())),
        "levels": {str(level): count for level, count in sorted(Counter(w["level"] for w in warned).items())},
        "answers": dict(sorted(Counter(each["answer"] for each in warned if each["answer"]).items())),
        "corrections": sum(each["corrected"] is not None for each in warned),
    }


def _offer(
    offer: Offer | None, said: Iterable[Mapping[str, Any]], warned: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    code = None if offer is None else offer.code
    mine = [each for each in said if each["offer"] == code]
    warnings = [each for each in warned if each["offer"] == code]
    texts = {point.number: point.text for point in (offer.points if offer else ())}
    spoken = {each["of"]: each for each in warnings if each["about"] == "said"}
    points = [each for each in warnings if each["about"] == "point"]
    return {
        "code": code,
        "subject": offer.subject if offer else None,
        "name": offer.name if offer else None,
        "sentences": [_sentence(each, spoken.get(each["warned_as"])) for each in mine],
        "points": [{"text": texts.get(each["of"]), **each} for each in points],
        "papers": _papers([*mine, *points]),
    }


def _sentence(said: Mapping[str, Any], warning: Mapping[str, Any] | None) -> dict[str, Any]:
    """`warning`: that stands for it, of its own or of the same words shortly before."""
    names = ("id", "text", "times", "verdict", "rule", "suggestion")
    of_warning = ("number", "level", "answer", "by", "corrected")
    return {
        **{name: said[name] for name in names},
        "said_at": _time(said["said_at_ms"]),
        "evidence": [_with_proof(each) for each in said["evidence"]],
        "warning": None if warning is None else {name: warning[name] for name in of_warning},
    }


def _with_proof(evidence: Mapping[str, Any]) -> dict[str, Any]:
    key = evidence["key"]
    return {**evidence, "proof": None if key is None else f"/proof/{key}"}


def _warnings(records: Iterable[Record]) -> list[dict[str, Any]]:
    names = ("level", "about", "of", "offer", "verdict", "rule", "found", "suggestion")
    warned: dict[int, dict[str, Any]] = {}
    for each in records:
        match each.kind:
            case Kind.WARNED:
                body = {name: each.body[name] for name in names}
                unanswered = {"answer": None, "by": None, "corrected": None}
                warned[each.number] = {"number": each.number, "at": _time(each.at_ms), **body, **unanswered}
            case Kind.ANSWERED:
                warned[each.body["warning"]] |= {"answer": each.body["answer"], "by": each.body["by"]}
            case Kind.CORRECTED:
                warned[each.body["warning"]]["corrected"] = each.body["text"]
    return list(warned.values())


def _papers(claims: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Those without which the claims may not be made, by language, each once."""
    wanting = {each["rule"]["id"] for each in claims if each["rule"] and each["verdict"] in _A_PAPER_HELPS}
    return [
        {"zh": paper["zh"], "en": paper["en"]}
        for paper in load("papers")["paper"]
        if wanting.intersection(paper["rules"])
    ]


def _time(at_ms: int) -> str:
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
