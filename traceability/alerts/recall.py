"""Notices of a recall, or of its end, to the parties that have some of the goods or had."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from traceability.alerts.alert import Notice

FORMAT = "guoji-recall/1"
MOST_NAMED = 1_000
"""Of the goods that a party has; the others are counted."""
_ZH = {"recalled": "召回", "released": "召回解除"}
_EN = {"recalled": "Recall", "released": "Recall ended"}


@dataclass(frozen=True, slots=True)
class News:
    kind: str
    """ "recalled" or "released"."""
    notice: str
    """URI of the recall."""
    subject: str
    """Canonical Digital Link."""
    by: str
    """GLN."""
    at: str
    """RFC 3339."""
    reason: Mapping[str, str]
    advice: Mapping[str, str]
    level: str | None
    page: str
    """URL where all of it stands."""


def notices(
    news: News, holding: Mapping[str, Sequence[str]], targets: Mapping[str, Sequence[str]]
) -> Iterator[Notice]:
    """One for each target of each party in `holding`, which says what (Digital Links) it still has.

    The same news to the same party has the same key, whoever makes it: it is kept once.
    """
    for party, goods in holding.items():
        key = notice_key(news.notice, news.kind, party)
        for target in targets.get(party, ()):
            subject = f"{_ZH[news.kind]} {_EN[news.kind]}: {news.subject.rpartition('/')[2]}"
            yield Notice(key, target, subject, _text(news, goods), _body(news, key, party, goods))


def notice_key(notice: str, kind: str, party: str) -> str:
    """Of what a party (GLN) is told by each of its targets."""
    return sha256(f"{notice} {kind} {party}".encode()).hexdigest()[:32]


def _text(news: News, goods: Sequence[str]) -> str:
    lines = [
        f"{_ZH[news.kind]} {_EN[news.kind]}: {news.subject}",
        *news.reason.values(),
        *news.advice.values(),
        f"GLN {news.by}, {news.at}, {news.notice}",
        f"按记录在贵方 Recorded as with you: {len(goods)}",
        *goods[:MOST_NAMED],
        news.page,
    ]
    return "\n".join(lines)


def _body(news: News, key: str, party: str, goods: Sequence[str]) -> bytes:
    body = {
        "format": FORMAT,
        "id": key,
        "kind": news.kind,
        "notice": news.notice,
        "subject": news.subject,
        "by": news.by,
        "at": news.at,
        "reason": dict(news.reason),
        "advice": dict(news.advice),
        "level": news.level,
        "to": party,
        "count": len(goods),
        "goods": list(goods[:MOST_NAMED]),
        "page": news.page,
    }
    return json.dumps(body, ensure_ascii=False).encode()
