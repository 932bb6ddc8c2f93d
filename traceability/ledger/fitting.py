"""On what a device is, as whoever answers for it tells: AssociationEvents, one bearer at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from traceability.epcis.event import Event
from traceability.errors import InvalidInput
from traceability.ledger.attachments import fitted_on
from traceability.ledger.seal import CONTEXT
from traceability.proof.history import FOREVER, History, Span, Telling
from traceability.proof.told import fittings_of
from traceability.telemetry.clock import iso
from traceability.telemetry.device import Device


@dataclass(frozen=True, slots=True)
class Fitting:
    bearer: str
    """What it was on: canonical Digital Link of a place, or of goods."""
    span: Span

    @property
    def lasts(self) -> bool:
        return self.span.end == FOREVER


def fittings(device: Device, telling: Telling) -> list[Fitting]:
    """On what it has been, oldest first. What others say of it does not count."""
    history = History(telling)
    history.learn([device.giai])
    told = [each.words for each in history.of(device.giai, Span()) if each.leads_on]
    bearers = {
        bearer for words in told for bearer in words.roles["parent"] if words.kind == "AssociationEvent"
    }
    history.learn({fittings_of(bearer) for bearer in bearers})
    known = (
        Fitting(bearer, span)
        for bearer in bearers
        for giai, span, by in fitted_on(bearer, history.counting(fittings_of(bearer)))
        if (giai, by) == (device.giai, device.party)
    )
    return sorted(known, key=lambda each: (each.span.start, each.span.end))


def moved(device: Device, known: Sequence[Fitting], bearer: str | None, at: datetime) -> list[Event]:
    """The events that take it off what it is on and put it on `bearer`, at that moment; None: on nothing.

    Raises `InvalidInput` if it is there already, or was moved at that moment or later.
    """
    events = []
    for last in known:
        # Also at the same moment: events of one moment have no order.
        if last.span.start >= at or (not last.lasts and last.span.end >= at):
            until = "" if last.lasts else f" until {_moment(last.span.end)}"
            raise InvalidInput(
                f"{device.alias} was moved at {_moment(at)} or after, want a later time: "
                f"it was on {last.bearer} from {_moment(last.span.start)}{until}"
            )
        if last.lasts and last.bearer == bearer:
            raise InvalidInput(f"{device.alias} is on {bearer} already, since {_moment(last.span.start)}")
        if last.lasts:
            events.append(_event(device, last.bearer, at, "DELETE", "removing"))
    if bearer is not None:
        events.append(_event(device, bearer, at, "ADD", "installing"))
    if not events:
        raise InvalidInput(f"{device.alias} is on nothing; `guoji device fit` puts it somewhere")
    return events


def _event(device: Device, bearer: str, at: datetime, action: str, step: str) -> Event:
    body = {
        "type": "AssociationEvent",
        "eventTime": _moment(at),
        "eventTimeZoneOffset": "+00:00",
        "action": action,
        "bizStep": step,
        "parentID": bearer,
        "childEPCs": [device.giai],
    }
    return Event(body, CONTEXT)


def _moment(at: datetime) -> str:
    return iso(round(at.timestamp() * 1000))
