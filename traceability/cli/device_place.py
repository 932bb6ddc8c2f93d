"""`guoji device fit`, `unfit` and `show`: on what a device is, and since when."""

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from traceability.cli import device_keys
from traceability.cli.argument import moment
from traceability.cli.terminal import printable
from traceability.errors import InvalidInput
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.epcis.event import Event
    from traceability.ledger.fitting import Fitting
    from traceability.own_store import Store
    from traceability.telemetry.device import Calibration, Device

GLN_DIGITS, SSCC_DIGITS = 13, 18


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    _add_fit(actions)
    unfit = actions.add_parser("unfit", help="say that a device was taken off what it was on")
    unfit.add_argument("alias")
    _add_time(unfit)
    unfit.set_defaults(run=_unfit)
    show = actions.add_parser(
        "show", help="show all that is known of a device: where it was, keys, calibrations"
    )
    show.add_argument("alias")
    show.set_defaults(run=_show)


def _add_fit(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    fit = actions.add_parser(
        "fit",
        help="say on what a device is from now on, so that its readings apply to it",
        description="Capture an AssociationEvent in the name of the party that answers for the device. Its "
        "readings then apply to the goods that it is on, or to what grows or is stored at that place, until "
        "it is taken off. What it was on before, it leaves at the same moment.",
        epilog="Examples: guoji device fit shed-1 (at its registered place); guoji device fit logger-4 --to "
        "095212340000000020; guoji device fit shed-1b --instead-of shed-1 --from 2026-11-22T14:30:00+08:00",
    )
    fit.add_argument("alias")
    where = fit.add_mutually_exclusive_group()
    where.add_argument(
        "--to",
        metavar="THING",
        help="GLN of a place (13 digits), SSCC of a pallet or case (18 digits), or the Digital Link of "
        "either or of a lot; by default the place that the device is registered at",
    )
    where.add_argument(
        "--instead-of", metavar="ALIAS", help="where that device was, which is taken off: a replacement"
    )
    _add_time(fit)
    fit.set_defaults(run=_fit)


def _add_time(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--from", dest="at_ms", type=moment, metavar="TIME", help="since when; by default now"
    )


def _fit(args: argparse.Namespace) -> int:
    from traceability.ledger.fitting import fittings, moved

    store, at = _open_store(), _moment(args)
    device = device_keys.registered(store, args.alias)
    if args.instead_of is None:
        bearer, events = _bearer(args.to) if args.to else device.place, []
    else:
        old = device_keys.registered(store, args.instead_of)
        if old.party != device.party:
            raise InvalidInput(
                f"{old.party} answers for {old.alias}, not {device.party}: `guoji device unfit` it"
            )
        before = fittings(old, store.events.telling)
        if not before or not before[-1].lasts:
            raise InvalidInput(f"{old.alias} is on nothing, so nothing can take its place; give --to")
        bearer, events = before[-1].bearer, moved(old, before, None, at)
    events += moved(device, fittings(device, store.events.telling), bearer, at)
    _capture(store, events, device)
    return 0


def _unfit(args: argparse.Namespace) -> int:
    from traceability.ledger.fitting import fittings, moved

    store, at = _open_store(), _moment(args)
    device = device_keys.registered(store, args.alias)
    _capture(store, moved(device, fittings(device, store.events.telling), None, at), device)
    return 0


def _capture(store: "Store", events: "Sequence[Event]", device: "Device") -> None:
    from traceability.ledger.capture import capture

    capture(events, device.party, store.events, time.time_ns() // 1_000_000)
    for each in events:
        word = "on" if each.body["action"] == "ADD" else "off"
        print(f"{word}\t{each.body['childEPCs'][0]}\t{each.body['parentID']}\tfrom {each.body['eventTime']}")


def _bearer(text: str) -> str:
    """Raises `InvalidInput` for what nothing can be fitted on."""
    from traceability.gs1 import digital_link
    from traceability.gs1.quoting import quoted

    if text.isdecimal() and len(text) in (GLN_DIGITS, SSCC_DIGITS):
        return digital_link.place(text) if len(text) == GLN_DIGITS else digital_link.sscc(text)
    if ":" not in text:
        raise InvalidInput(f"{quoted(text)} is no GLN (13 digits), SSCC (18 digits) or Digital Link")
    link = digital_link.identity(text)
    if digital_link.kind(link) not in ("place", "sscc", "lot", "item", "asset"):
        raise InvalidInput(f"{link} is a {digital_link.kind(link)}, want a place, a lot, an item or a pallet")
    return link


def _moment(args: argparse.Namespace) -> datetime:
    now = datetime.now(UTC)
    at = now if args.at_ms is None else datetime.fromtimestamp(args.at_ms / 1000, UTC)
    if at > now:
        raise InvalidInput(f"{at.isoformat(timespec='seconds')} is yet to come: say it when it has happened")
    return at


def _open_store() -> "Store":
    from traceability.own_store import open_store

    return open_store(Settings.read(os.environ))


def _show(args: argparse.Namespace) -> int:
    from traceability.ledger.fitting import fittings

    store = _open_store()
    device = device_keys.registered(store, args.alias)
    for name, value in _described(device, fittings(device, store.events.telling)):
        print(f"{name}\t{' '.join(printable(value).split())}")
    return 0


def _described(device: "Device", was_on: "Sequence[Fitting]") -> "Iterator[tuple[str, str]]":
    yield "device", f"{device.alias} {device.giai}"
    yield from (("name", name) for name in device.name.values())
    yield "party", device.party
    yield "place", device.place
    yield from (("on", _fitting(each)) for each in was_on)
    if not was_on:
        yield "on", "nothing, so its readings apply to no goods; `guoji device fit` says on what it is"
    yield from (("key", f"{each.public.key_id.hex()} {device_keys.state(each)}") for each in device.keys)
    yield from (("calibrated", _calibration(each)) for each in device.calibrations)


def _fitting(was: "Fitting") -> str:
    end = "" if was.lasts else f" until {was.span.end.isoformat(timespec='seconds')}"
    return f"{was.bearer} from {was.span.start.isoformat(timespec='seconds')}{end}"


def _calibration(made: "Calibration") -> str:
    ran_out = made.until < datetime.now(UTC).date()
    return f"on {made.on}, {'ran out on' if ran_out else 'counts until'} {made.until}"
