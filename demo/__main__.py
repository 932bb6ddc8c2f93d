"""`make demo`: run the story through every real part, show where to scan, check it as a stranger would."""

import argparse
import signal
import sys
from urllib.parse import urlsplit

import qrcode
from rich.console import Console

from demo.check import (
    IS_ON_NOTHING,
    OPENS,
    WANTS_TOKEN,
    check_as_a_stranger,
    check_broadcast,
    check_links,
)
from demo.on_air import OnAir, go_on_air
from demo.play import play
from demo.stage import Stage
from demo.story import Story
from traceability.errors import TraceError


def main() -> int:
    args = _parser().parse_args()
    console = Console()
    # A plain `kill` ends the demo as Ctrl-C does, its parts included.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    try:
        with Stage(args.public_url) as stage:
            story = play(stage, not args.once, console)
            on_air = go_on_air(stage, story.lot)
            _show(stage, story, on_air, console)
            if args.once:
                check_as_a_stranger(stage, story, console)
                check_broadcast(stage, on_air, console)
            else:
                console.print("The cabinet's probe goes on measuring. Ctrl-C ends the demo.")
                stage.stay_up()
    except TraceError as failure:
        print(f"demo: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make demo",
        description="Run the demonstration: devices, a broker, the log, a test chain, pages.",
    )
    parser.add_argument("--once", action="store_true", help="check everything as a stranger would, then end")
    parser.add_argument(
        "--public-url",
        metavar="URL",
        help="what the QR code says, e.g. https://host of a tunnel to this machine; a phone cannot reach "
        "this machine's own 127.0.0.1",
    )
    return parser


def _show(stage: Stage, story: Story, on_air: OnAir, console: Console) -> None:
    path = urlsplit(story.lot.link).path
    code = qrcode.QRCode(border=2)
    code.add_data(stage.public_url + path)
    if console.is_terminal:
        code.print_ascii(invert=True)
    if "127.0.0.1" in stage.public_url:
        console.print(
            "A phone cannot reach 127.0.0.1: open these here, or use `make demo PUBLIC=https://host`."
        )
    links = (
        ("trace page", path, OPENS),
        ("one punnet", urlsplit(story.lot.items[0]).path, OPENS),
        ("a spare code", urlsplit(story.spare[0]).path, IS_ON_NOTHING),
        ("the pallet", urlsplit(story.lot.pallet).path, OPENS),
        ("live overlay", f"/live/{on_air.room}/overlay", OPENS),
        ("host's phone", f"/live/{on_air.room}/control#{on_air.host_key}", WANTS_TOKEN),
        ("viewers' code", f"/s/{on_air.offer}", OPENS),
        ("the farm", f"/farm#token={stage.farm_token}", WANTS_TOKEN),
    )
    for name, link, _ in links:
        console.print(f"{name:13} {stage.local_url}{link}", highlight=False, soft_wrap=True)
    console.print(f"{'trust policy':13} {stage.settings.trust_file}", highlight=False, soft_wrap=True)
    check_links(stage, links)


if __name__ == "__main__":
    sys.exit(main())
