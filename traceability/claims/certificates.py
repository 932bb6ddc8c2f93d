"""Finds certificates in what partners write: objects with a last day of validity, and links to papers."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time

from traceability.claims.facts import CHINA, Certificate
from traceability.claims.normal import normal

_UNTIL = {"validuntil", "validto", "validthrough", "notafter", "certificationenddate"}
_UNTIL |= {"enddate", "有效期至", "到期日", "到期日期"}
_UNTIL |= {"expires", "expiresat", "expireson", "expiry", "expirydate", "expirationdate"}
_FROM = {"validfrom", "issuedat", "issuedon", "issued", "issuedate", "notbefore", "certificationstartdate"}
_MAX_DEPTH = 12


def certificates_in(value: object, key: str | None) -> Iterator[Certificate]:
    """Every certificate anywhere in `value`, stated by the event `key`."""
    yield from _dated(value, key, _MAX_DEPTH)
    if isinstance(value, Mapping):
        yield from (Certificate(normal(link), None, None, key) for link in _links(value))


def _dated(value: object, key: str | None, levels: int) -> Iterator[Certificate]:
    if levels == 0:
        return
    if isinstance(value, Mapping):
        fields = {_bare(name): each for name, each in value.items()}
        until = next((each for name in fields if name in _UNTIL and (each := _day(fields[name]))), None)
        if until is not None:
            since = next((each for name in fields if name in _FROM and (each := _day(fields[name]))), None)
            yield Certificate(
                name=normal(" ".join(_texts(value))),
                valid_from=datetime.combine(since, time.min, CHINA) if since else None,
                valid_until=datetime.combine(until, time.max, CHINA),
                key=key,
            )
            return
    for each in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _dated(each, key, levels - 1)


def _links(body: Mapping[str, object]) -> Iterator[str]:
    """Papers named by address alone: their validity is not known here."""
    named = body.get("certificationInfo")
    yield from (link for link in (named if isinstance(named, list) else [named]) if isinstance(link, str))
    papers = body.get("bizTransactionList")
    for paper in papers if isinstance(papers, list) else ():
        match paper:
            case {"type": "cert", "bizTransaction": str(link)}:
                yield link


def _bare(name: str) -> str:
    return name.rpartition(":")[2].replace("_", "").replace("-", "").lower()


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _texts(each)
