"""The papers that an event names: orders, despatch notes, reports, certificates."""

from collections.abc import Iterator
from dataclasses import dataclass

from api.present.text import https_link, plain
from traceability.epcis.event import Event


@dataclass(frozen=True, slots=True)
class Paper:
    name: str
    href: str | None
    """Only an https address may be followed; any other is shown and no more."""


def papers(event: Event) -> tuple[Paper, ...]:
    """Each once, in the event's order."""
    return tuple(Paper(plain(name), https_link(name)) for name in dict.fromkeys(_named(event)))


def _named(event: Event) -> Iterator[str]:
    for transaction in event.body.get("bizTransactionList", ()):
        yield transaction["bizTransaction"]
    certificates = event.body.get("certificationInfo", ())
    yield from [certificates] if isinstance(certificates, str) else certificates
