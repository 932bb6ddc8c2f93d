"""Item codes as anybody can check them: the leaf of a set, what its event commits to, what activates one."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from traceability.epcis.event import Event
from traceability.errors import CheckFailed
from traceability.gs1 import digital_link
from traceability.log.domain import prefix
from traceability.proof.spelling import plain, spelled
from traceability.proof.told import Words

SALT_BYTES = 16
CODE_SET = "guoji:codeSet"
ISSUING_STEP = "encoding"
"""CBV: an identifier is written on a label. What bears it comes into being later, by another event."""

_PARTY = f"{digital_link.CANONICAL_STEM}/417/"
_CONTENT = "guoji:netContent"
_ROOT = re.compile(r"[0-9a-f]{64}")
_MOST = 2**40
"""Codes of a set: what a browser still counts exactly, by far."""


def code_salt(secret: bytes, index: int) -> bytes:
    """16 bytes for one code of a set; they tell nothing of those of the others."""
    message = prefix("guoji/code-salt") + index.to_bytes(8)
    return hmac.digest(secret, message, hashlib.sha256)[:SALT_BYTES]


def code_leaf(salt: bytes, issuer: str, lot: str, item: str) -> bytes:
    """What is hashed into a set for one code; `lot` and `item` are canonical Digital Links."""
    name = lot.encode("ascii")
    return prefix("guoji/code") + salt + issuer.encode("ascii") + len(name).to_bytes(2) + name + item.encode()


@dataclass(frozen=True, slots=True)
class IssuedCodes:
    """What the event by which codes were issued commits to."""

    issuer: str
    """GLN of the party that captured it."""
    lot: str
    """Canonical Digital Link of the lot that they are for."""
    root: bytes
    count: int
    may_activate: frozenset[str]
    """GLNs of those whose events make these codes active: the issuer and whom it names."""
    content: Mapping[str, Any] | None = None
    """What one item holds, as the event says it; None for pieces."""

    def body(self) -> dict[str, Any]:
        """As the event has it."""
        others = sorted(self.may_activate - {self.issuer})
        return {
            "guoji:root": self.root.hex(),
            "guoji:count": self.count,
            **({"guoji:mayActivate": [_PARTY + gln for gln in others]} if others else {}),
            **({_CONTENT: self.content} if self.content else {}),
        }

    @classmethod
    def of(cls, event: Event, issuer: str) -> Self:
        """Raises `CheckFailed` for an event that issues no codes."""
        said = event.body.get(CODE_SET)
        lots = event.identifiers_by_role()["class"]
        is_issue = (event.kind, event.body.get("action"), event.step) == (
            "ObjectEvent",
            "OBSERVE",
            ISSUING_STEP,
        )
        if not (is_issue and isinstance(said, Mapping) and len(lots) == 1):
            raise CheckFailed(f"the event issues no codes for a lot: {event.kind} {event.step or ''}")
        if "errorDeclaration" in event.body:
            raise CheckFailed("the event that issued the code was declared wrong")
        root, count, named = (said.get(f"guoji:{name}") for name in ("root", "count", "mayActivate"))
        if not (
            isinstance(root, str) and _ROOT.fullmatch(root) and type(count) is int and 0 < count <= _MOST
        ):
            raise CheckFailed(f"the event commits to no set of codes: root {root!r:.80}, count {count!r:.20}")
        texts = [each for each in named if isinstance(each, str)] if isinstance(named, list) else []
        others = {each.removeprefix(_PARTY) for each in texts}
        content = said.get(_CONTENT)
        return cls(
            issuer,
            lots[0],
            bytes.fromhex(root),
            count,
            frozenset({issuer} | others),
            content if isinstance(content, Mapping) else None,
        )

    def check_has(self, item: str) -> None:
        """Raises `CheckFailed` unless the item is of the lot's product."""
        if spelled(item, plain(self.lot)) is None:
            raise CheckFailed(f"{item} is no item of the product of {self.lot}, for which codes were issued")

    def why_not_activated(self, words: Words, submitter: str, item: str) -> str | None:
        """Why an event that stands does not make this code active; None if it does."""
        names = {item, spelled(item, plain(self.lot))}
        goods = words.roles["child"] if words.packs else words.made
        if not names & goods:
            return f"the event does not say that {item} came into being or was packed"
        if words.lot is not None and plain(words.lot) != plain(self.lot):
            return f"the event labels the item as {words.lot}, its code was issued for {self.lot}"
        if submitter not in self.may_activate:
            return f"the event is of party {submitter}, want {' or '.join(sorted(self.may_activate))}"
        return None
