"""The 承诺达标合格证 of a lot (MARA Order 2025 No. 4), in the words of whoever made the lot."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import zip_longest
from typing import Any

from jinja2 import Environment, StrictUndefined

from traceability.errors import InvalidInput
from traceability.exports.gather import made_from
from traceability.exports.known import local_time
from traceability.exports.loads import stated
from traceability.ledger import extensions
from traceability.ledger.facts import product
from traceability.proof.custody import held_only
from traceability.proof.quantity import exact
from traceability.proof.records import Record, first_makers, makers, standing
from traceability.sheets.write import visible

PROMISE = "guoji:promise"
_LINK = re.compile(rb'<p id="link">((?i:https?)://[!-;=?-~]{1,500})</p>')
_UNITS = {"KGM": "千克", "GRM": "克", "TNE": "吨", "H87": "件"}


@dataclass(frozen=True, slots=True)
class Scan:
    """The code on the page, by which whoever holds the fruit gets to its trace and its proof."""

    link: str
    modules: int
    """Along one side."""
    strokes: str
    """Lines of one module's width, from half a module below the top, in units of a module."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """As the events say it, without control characters; "" where they do not. All texts may be hostile."""

    lot: str
    """Canonical Digital Link."""
    product: str
    amount: str
    origin: str
    promiser: str
    promiser_gln: str
    issued_on: str
    promises: tuple[str, ...]
    grounds: tuple[str, ...]
    """What the promise rests on, such as 质量安全控制 or 委托检测."""
    record: str
    """Key of the event that holds the promise."""
    event_hash: str
    """The same event's name for outsiders (CBV 2.0)."""

    def fields(self) -> Mapping[str, str]:
        """The fields of the form. 联系方式 is personal data, which events do not hold."""
        return {
            "产品名称": self.product,
            "数量（重量）": self.amount,
            "产地": self.origin,
            "承诺主体": self.promiser,
            "联系方式": "",
            "开具日期": self.issued_on,
            "承诺依据": "、".join(self.grounds),
        }

    def blank(self) -> list[str]:
        """What is left to be written in by hand."""
        return [name for name, text in self.fields().items() if not text]


def certificate(lot: str, trace: Sequence[Record]) -> Certificate:
    """From the newest promise about `lot` by the party that was the first to say that it made it.

    What parties say that never held the goods is not repeated. Raises `InvalidInput` if there is none.
    """
    records = sorted(standing(held_only(trace, lot)), key=lambda each: (each.event.event_time, each.key))
    maker = first_makers(records).get(lot)
    held = [each for each in records if each.submitter == maker and promises(each.event.body)]
    held = [each for each in held if lot in each.event.identifiers_by_role()["class"]]
    if not held:
        raise InvalidInput(
            f"no event holds a {PROMISE} of whoever made {lot}: that party captures an event about it with "
            f'"{PROMISE}": {{"guoji:words": ["不使用禁用农药"], "guoji:grounds": ["质量安全控制"]}}'
        )
    newest = held[-1]
    return Certificate(
        lot=lot,
        product=_chinese(product(lot, [each for each in makers(records) if _made(each, lot)])),
        amount=_amount(lot, newest.event.body),
        origin=_origin(lot, records),
        promiser=_chinese(extensions.party_name(newest.event)),
        promiser_gln=newest.submitter,
        issued_on=local_time(newest.event)[:10],
        promises=promises(newest.event.body),
        grounds=grounds(newest.event.body),
        record=newest.key,
        event_hash=newest.name[0],
    )


def page(made: Certificate, scan: Scan) -> bytes:
    """One page of HTML to print, which needs nothing else. The same records and link give the same bytes."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = files(__package__).joinpath("certificate.html").read_text("utf-8")
    return environment.from_string(template).render(made=made, scan=scan).encode()


def link_on(printed: bytes) -> str:
    """Where the code of such a page leads. Raises `InvalidInput` if it says nothing."""
    found = _LINK.search(printed)
    if found is None:
        raise InvalidInput("found no link of its code, want a page that `guoji export certificate` wrote")
    return found[1].decode()


def check_page(printed: bytes, expected: bytes) -> None:
    """Raises `InvalidInput` for a page that differs from what the records say, with the first odd line."""
    lines, wanted = (data.decode("utf-8", "replace").splitlines() for data in (printed, expected))
    for number, (line, want) in enumerate(zip_longest(lines, wanted, fillvalue=""), start=1):
        if line != want:
            raise InvalidInput(f"line {number} is {line.strip():.200}, want {want.strip():.200}")
    if printed != expected:
        raise InvalidInput("its lines end or are encoded in another way than they were written")


def promises(body: Mapping[str, Any]) -> tuple[str, ...]:
    """What an event promises, as it was written; nothing if it holds no promise."""
    return _listed(body, "guoji:words")


def grounds(body: Mapping[str, Any]) -> tuple[str, ...]:
    """What that promise rests on."""
    return _listed(body, "guoji:grounds")


def _listed(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    promise = body.get(PROMISE)
    texts = promise.get(name) if isinstance(promise, Mapping) else None
    return tuple(visible(each) for each in texts if isinstance(each, str)) if isinstance(texts, list) else ()


def _made(record: Record, lot: str) -> bool:
    roles = record.event.identifiers_by_role()
    return lot in (*roles["output"], *roles["class"])


def _amount(lot: str, body: Mapping[str, Any]) -> str:
    return "、".join(
        f"{exact(each.amount)} {_UNITS.get(each.unit, each.unit)}"
        for each in stated(body, "quantityList")
        if each.lot == lot and each.amount is not None
    )


def _origin(lot: str, records: Sequence[Record]) -> str:
    """Where the fruit grew; of a mixed lot every place."""
    lots = made_from(lot, records)
    harvests = [each.event for each in makers(records) if each.event.is_harvest]
    ours = [event for event in harvests if not lots.isdisjoint(event.identifiers_by_role()["class"])]
    names = (_chinese(extensions.place_name(event)) for event in ours)
    return "、".join(dict.fromkeys(name for name in names if name))


def _chinese(texts: Mapping[str, str]) -> str:
    return visible(texts.get("zh") or texts.get("en") or "")
