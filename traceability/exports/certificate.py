"""The 承诺达标合格证 of a lot (MARA Order 2025 No. 4), in the words of whoever made the lot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

from traceability.errors import InvalidInput
from traceability.exports.gather import made_from
from traceability.exports.known import local_time
from traceability.exports.loads import stated
from traceability.ledger import extensions
from traceability.ledger.facts import product
from traceability.ledger.ports import StoredEvent
from traceability.proof.quantity import exact
from traceability.proof.records import first_makers, makers, standing
from traceability.sheets.write import visible

PROMISE = "guoji:promise"
_UNITS = {"KGM": "千克", "GRM": "克", "TNE": "吨", "H87": "件"}


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


def certificate(lot: str, trace: Sequence[StoredEvent]) -> Certificate:
    """From the newest promise about `lot` by the party that was the first to say that it made it.

    Raises `InvalidInput` if there is none.
    """
    records = sorted(standing(trace), key=lambda each: (each.event.event_time, each.key))
    maker = first_makers(records).get(lot)
    held = [each for each in records if each.submitter == maker and _promises(each.event.body)]
    held = [each for each in held if lot in each.event.identifiers_by_role()["class"]]
    if not held:
        raise InvalidInput(f"no event holds a {PROMISE} of whoever made {lot}")
    newest = held[-1]
    return Certificate(
        lot=lot,
        product=_chinese(product([each for each in makers(records) if _made(each, lot)])),
        amount=_amount(lot, newest.event.body),
        origin=_origin(lot, records),
        promiser=_chinese(extensions.party_name(newest.event)),
        promiser_gln=newest.submitter,
        issued_on=local_time(newest.event)[:10],
        promises=_promises(newest.event.body),
        grounds=_listed(newest.event.body, "guoji:grounds"),
        record=newest.key,
    )


def page(made: Certificate) -> bytes:
    """One page of HTML to print, which needs nothing else."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = files(__package__).joinpath("certificate.html").read_text("utf-8")
    return environment.from_string(template).render(made=made).encode()


def _promises(body: Mapping[str, Any]) -> tuple[str, ...]:
    return _listed(body, "guoji:words")


def _listed(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    promise = body.get(PROMISE)
    texts = promise.get(name) if isinstance(promise, Mapping) else None
    return tuple(visible(each) for each in texts if isinstance(each, str)) if isinstance(texts, list) else ()


def _made(record: StoredEvent, lot: str) -> bool:
    roles = record.event.identifiers_by_role()
    return lot in (*roles["output"], *roles["class"])


def _amount(lot: str, body: Mapping[str, Any]) -> str:
    return "、".join(
        f"{exact(each.amount)} {_UNITS.get(each.unit, each.unit)}"
        for each in stated(body, "quantityList")
        if each.lot == lot and each.amount is not None
    )


def _origin(lot: str, records: Sequence[StoredEvent]) -> str:
    """Where the fruit grew; of a mixed lot every place."""
    lots = made_from(lot, records)
    harvests = [each.event for each in makers(records) if each.event.is_harvest]
    ours = [event for event in harvests if not lots.isdisjoint(event.identifiers_by_role()["class"])]
    names = (_chinese(extensions.place_name(event)) for event in ours)
    return "、".join(dict.fromkeys(name for name in names if name))


def _chinese(texts: Mapping[str, str]) -> str:
    return visible(texts.get("zh") or texts.get("en") or "")
