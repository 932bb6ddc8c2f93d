"""`guoji live`: rooms for livestreams, what is offered in them, and where they are found."""

import argparse
import os
import sys
from typing import TYPE_CHECKING

from traceability.cli import live_record, live_say
from traceability.cli.argument import whole
from traceability.cli.live_studio import open_studio
from traceability.cli.terminal import printable
from traceability.live import short_code
from traceability.live.addresses import LAYOUTS, control_url, overlay_url, short_url
from traceability.live.room import LANGUAGES, MOST_OFFERS
from traceability.settings import Settings
from traceability.telemetry.clock import iso

if TYPE_CHECKING:
    from collections.abc import Callable

    from traceability.live.room import Offer, Room
    from traceability.live.studio import Studio

_SIZES = dict(zip(LAYOUTS, ("1920x1080", "1080x1920"), strict=True))


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser(
        "live",
        help="rooms for livestreams: what is shown and said on air, held against the records",
        description="Make a room, put lots up for sale in it, give its overlay to OBS and its control link "
        "to the host. What overlays show is put together by `guoji air`, a part of `guoji up`. docs/live.md "
        "tells the rest.",
        epilog='Example: guoji live make --title "Apples tonight" --host Li --lang en',
    )
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_make(actions)
    listed = actions.add_parser("list", help="show the newest rooms, and say how many more there are")
    listed.add_argument("--as", dest="party", metavar="GLN", help="only those of this party")
    listed.set_defaults(run=_list)
    _add(actions, "show", _show, "show a room: its links, its offers and their short codes, its points")
    _add_offer(actions)
    _add_point(actions)
    remove = _add(actions, "remove", _remove, "take an offer out of a room, or a point from an offer")
    remove.add_argument("offer", metavar="OFFER", help="its short code")
    remove.add_argument("--point", type=whole(1), metavar="NUMBER", help="only this point of it")
    key = _add(actions, "key", _key, "make another control link; the one before opens nothing from then on")
    key.description = (
        "For a link that was lost, or that somebody else saw. On air, too: nothing else changes."
    )
    live_say.add(actions)
    live_record.add(actions)
    end = _add(actions, "end", _end, "end a room for good")
    end.description = "Nothing in it can be changed any more. What was on air stays on record."


def _add_make(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    make = actions.add_parser(
        "make",
        help="make a room; the link that commands it is shown this once",
        description="Whoever has the control link commands the room, send it to the host alone. Only a "
        "digest of its key is kept; `guoji live key` makes another one.",
    )
    make.add_argument("--title", required=True, help="how viewers see the room called")
    make.add_argument("--host", required=True, help="how viewers see the host called")
    make.add_argument("--lang", choices=LANGUAGES, default=LANGUAGES[0], help="what its overlay speaks")
    make.add_argument("--as", dest="party", metavar="GLN", help="whose room; by default the setting party")
    make.set_defaults(run=_make)


def _add_offer(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    offer = _add(actions, "offer", _offer, "put a lot up for sale in a room, and print its short code")
    offer.add_argument(
        "lot", metavar="LOT", help="its link, a path such as /01/.../10/..., or (01)...(10)..."
    )
    offer.add_argument("name", metavar="NAME", help="how it is called on the host's list")
    offer.add_argument(
        "--place", type=whole(1, MOST_OFFERS), metavar="NUMBER", help="in the queue; by default the last"
    )


def _add_point(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    point = _add(actions, "point", _point, "add a selling point, a sentence of the host's own, to an offer")
    point.description = (
        "The host can put it on the overlay as long as the records bear it out. Says at once if they do not."
    )
    point.add_argument("offer", metavar="OFFER", help="its short code")
    point.add_argument("text", metavar="TEXT")


def _add(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: "Callable[[argparse.Namespace], int]",
    help_text: str,
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=help_text)
    parser.add_argument("room", metavar="ROOM", help="code of the room")
    parser.set_defaults(run=run)
    return parser


def _studio() -> "tuple[Studio, str]":
    """With what links begin with."""
    from traceability.wiring import public_url

    settings = Settings.read(os.environ)
    return open_studio(settings), public_url(settings)


def _make(args: argparse.Namespace) -> int:
    from traceability.cli.codes_party import party_of

    studio, public_url = _studio()
    party = party_of(args.party, Settings.read(os.environ))
    room, key = studio.rooms.make(party, args.host, args.title, args.lang)
    _print_room(room, public_url)
    _print_control(control_url(public_url, room.code, key))
    print(f"next: guoji live offer {room.code} LOT NAME")
    return 0


def _key(args: argparse.Namespace) -> int:
    studio, public_url = _studio()
    code = short_code.read(args.room)
    _print_control(control_url(public_url, code, studio.rooms.new_key(code)))
    return 0


def _list(args: argparse.Namespace) -> int:
    studio, _ = _studio()
    listed = studio.rooms.listed(args.party)
    for room in listed.rooms:
        print("\t".join([room.code, room.phase, room.party, iso(room.made_at_ms), printable(room.title)]))
    if listed.more:
        print(f"note: {listed.more} older ones are not shown", file=sys.stderr)
    return 0


def _show(args: argparse.Namespace) -> int:
    studio, public_url = _studio()
    room = studio.rooms.store.room(short_code.read(args.room))
    _print_room(room, public_url)
    print(f"control: {control_url(public_url, room.code)}")
    for offer in room.offers:
        mark = "on the overlay" if offer.code == room.desk.offer else ""
        _print_offer(offer, public_url, mark)
        for point in offer.points:
            print(f"\tpoint {point.number}\t{printable(point.text)}")
    return 0


def _offer(args: argparse.Namespace) -> int:
    studio, public_url = _studio()
    code = short_code.read(args.room)
    _, offer = studio.rooms.add_offer(code, args.lot, args.name)
    if args.place is not None:
        studio.rooms.move_offer(code, offer.code, args.place)
    _print_offer(offer, public_url)
    return 0


def _point(args: argparse.Namespace) -> int:
    studio, _ = _studio()
    code = short_code.read(args.offer)
    room = studio.rooms.add_point(short_code.read(args.room), code, args.text)
    offer = room.offer(code)
    point = next(each for each in offer.points if each.text == args.text.strip())
    print(f"point {point.number} of offer {offer.code}: {printable(point.text)}")
    blocked = studio.warnings.blocks(room, offer, point)
    if blocked is not None:
        verdict, instead = blocked.body["verdict"], blocked.body["suggestion"]
        say = f"; say instead: {printable(instead)}" if instead else ""
        print(f"note: it stays off the overlay, it is {verdict}{say}", file=sys.stderr)
    return 0


def _remove(args: argparse.Namespace) -> int:
    studio, _ = _studio()
    room, offer = short_code.read(args.room), short_code.read(args.offer)
    if args.point is None:
        studio.rooms.remove_offer(room, offer)
        print(f"removed: offer {offer}")
    else:
        studio.rooms.remove_point(room, offer, args.point)
        print(f"removed: point {args.point} of offer {offer}")
    return 0


def _end(args: argparse.Namespace) -> int:
    studio, _ = _studio()
    print(f"ended: room {studio.rooms.end(short_code.read(args.room)).code}")
    return 0


def _print_room(room: "Room", public_url: str) -> None:
    print(f"room {room.code} {room.phase}: {printable(room.title)}, {printable(room.host)} ({room.lang})")
    for layout in LAYOUTS:
        print(f"overlay {_SIZES[layout]}: {overlay_url(public_url, room.code, layout)}")


def _print_control(link: str) -> None:
    import qrcode

    print(f"control, for the host alone: {link}")
    code = qrcode.QRCode(border=2)
    code.add_data(link)
    code.print_ascii(out=sys.stdout, invert=True)


def _print_offer(offer: "Offer", public_url: str, mark: str = "") -> None:
    columns = [offer.code, short_url(public_url, offer.code), offer.subject, printable(offer.name), mark]
    print("\t".join(columns).rstrip())
