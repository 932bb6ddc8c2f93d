"""What programs ask of a recall, as JSON: read strictly, so that no recall says less than was meant."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import Depends
from pydantic import Base64Bytes, Field

from api.asked import Asked
from api.deps import SiteDep
from traceability.errors import Unknown
from traceability.ledger.recall import Order
from traceability.proof.subject import typed_goods
from traceability.recaller import Recaller

LONGEST_CODE = 2_048
_Texts = str | dict[Literal["zh", "en"], str]
"""One text counts in both languages."""


class AskedRecall(Asked):
    goods: Annotated[str, Field(max_length=LONGEST_CODE)]
    reason: _Texts
    advice: _Texts | None = None
    level: str | None = None
    mock: bool = False

    def order(self, party: str, at: datetime) -> Order:
        """In the name of a party (GLN). Raises `InvalidInput`."""
        return new_order(self.goods, party, _both(self.reason), _both(self.advice), self.level, at)


class AskedRelease(Asked):
    reason: _Texts
    events: list[str] = Field(default_factory=list)
    """Keys."""
    documents: list[Base64Bytes] = Field(default_factory=list)

    @property
    def reasons(self) -> Mapping[str, str]:
        return _both(self.reason)


def new_order(
    code: str,
    party: str,
    reason: Mapping[str, str],
    advice: Mapping[str, str],
    level: str | None,
    at: datetime,
) -> Order:
    """A recall of what `code` (a link, a path, AIs in brackets) names. Raises `InvalidInput`."""
    return Order(uuid4().urn, typed_goods(code), party, reason, advice, level, at)


def _both(said: _Texts | None) -> Mapping[str, str]:
    if said is None:
        return {}
    return {"zh": said, "en": said} if isinstance(said, str) else dict(said.items())


def recaller_of(site: SiteDep) -> Recaller:
    if site.recaller is None:
        raise Unknown("nothing can be recalled by this server")
    return site.recaller


RecallerDep = Annotated[Recaller, Depends(recaller_of)]
