"""Lines of a transcript as they are posted, and what each of their sentences came to as it is answered."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import Request

from api.problems import TooLarge, WrongMedia
from traceability.epcis.parse import parse_json
from traceability.errors import InvalidInput
from traceability.live.line import Line
from traceability.live.said import Heard
from traceability.live.waiting import ANSWER_WITHIN_MS
from traceability.live.warnings import Level

LARGEST_BODY = 512 * 1024
_FIELDS = {"text", "at", "id", "offer"}


async def lines_of(request: Request) -> list[Line]:
    """What a request posts: one line or many. Raises `WrongMedia`, `TooLarge`, `InvalidInput`."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media not in ("application/json", "text/plain"):
        raise WrongMedia(f"content type is {media[:80] or 'missing'}, want application/json or text/plain")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise TooLarge(f"body is longer than {LARGEST_BODY} bytes")
    return _of_text(bytes(body)) if media == "text/plain" else _of_json(parse_json(bytes(body)))


def _of_text(body: bytes) -> list[Line]:
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(f"body is not UTF-8 at byte {error.start}") from error
    return [Line(each) for each in text.splitlines() if each.strip()]


def _of_json(body: object) -> list[Line]:
    """A line, or a list of them; a line is its text, or an object."""
    posted = body if isinstance(body, list) else [body]
    return [_line(each, f"line {number}") for number, each in enumerate(posted, 1)]


def _line(posted: object, where: str) -> Line:
    if isinstance(posted, str):
        return Line(posted)
    if not isinstance(posted, dict):
        raise InvalidInput(f"{where} is {posted!r:.40}, want a text or an object")
    if unknown := posted.keys() - _FIELDS:
        raise InvalidInput(f"{where} has a field {min(unknown)[:20]!r}, want {', '.join(sorted(_FIELDS))}")
    text, at = _text(posted, "text", where), _text(posted, "at", where)
    if text is None:
        raise InvalidInput(f"{where} has no text")
    at_ms = None if at is None else _milliseconds(at, where)
    return Line(text, at_ms, _text(posted, "id", where), _text(posted, "offer", where))


def _text(posted: Mapping[str, Any], name: str, where: str) -> str | None:
    value = posted.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidInput(f"{where}: {name} is {value!r:.40}, want a text")
    return value


def _milliseconds(text: str, where: str) -> int:
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise ValueError(text)
        return round(at.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        wanted = "a time with its zone such as 2026-11-22T20:31:07+08:00"
        raise InvalidInput(f"{where}: at is {text[:40]!r}, want {wanted}") from error


def heard_json(heard: Heard, public_url: str) -> dict[str, Any]:
    """One sentence that was kept."""
    said = heard.said
    at = datetime.fromtimestamp(said["said_at_ms"] / 1000, UTC)
    return {
        **{name: said[name] for name in ("id", "text", "times", "offer")},
        "said_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        **_judged(said, public_url),
        "warning": _warning(heard),
    }


def tried_json(tried: Mapping[str, Any], public_url: str) -> dict[str, Any]:
    """One sentence that was only tried; `level` is that of the warning it would raise."""
    return {name: tried[name] for name in ("text", "offer", "level")} | _judged(tried, public_url)


def _judged(judged: Mapping[str, Any], public_url: str) -> dict[str, Any]:
    evidence = [
        {**each, "proof": None if each["key"] is None else f"{public_url}/proof/{each['key']}"}
        for each in judged["evidence"]
    ]
    return {
        "verdict": judged["verdict"],
        "rule": judged["rule"],
        "evidence": evidence,
        "suggestion": judged["suggestion"],
    }


def _warning(heard: Heard) -> dict[str, Any] | None:
    if heard.level is None:
        return None
    answer_within_s = ANSWER_WITHIN_MS // 1000 if heard.level is Level.STRUCK else None
    return {"number": heard.warning, "level": heard.level, "answer_within_s": answer_within_s}
