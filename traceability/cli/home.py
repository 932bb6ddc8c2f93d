"""`guoji init`: make an installation, or show that it is there."""

import argparse
import os
from collections.abc import Iterable

from traceability.errors import InvalidInput
from traceability.settings import PREFIX, Settings


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    init = commands.add_parser(
        "init",
        help="make an installation: keys, database, settings, and a token to write with",
        description="Make an installation in GUOJI_HOME (default ./guoji-home): keys of log, gateway and "
        "chain account, database, a commented guoji.toml, and one administrator's token, which is printed "
        "once. What is there already is left as it is, so running it again does no harm.",
        epilog="Example: guoji init --origin trace.my-farm.cn/log --party 6901234567892 "
        "--public-url https://trace.my-farm.cn",
    )
    init.add_argument("--origin", help="name of the log: a domain that you own, with a path; for good")
    init.add_argument("--party", metavar="GLN", help="GLN of the party that runs this installation")
    init.add_argument("--public-url", metavar="URL", help="what QR codes and links will say")
    init.set_defaults(run=_init)


def _init(args: argparse.Namespace) -> int:
    from traceability.upkeep.installation import make

    told = {"origin": args.origin, "party": args.party, "public_url": args.public_url}
    given = {name: value for name, value in told.items() if value is not None}
    settings = Settings.read(os.environ, **given)
    _check_nothing_else_stands(settings, given)
    made = make(settings, given)
    print(f"installation: {settings.home}")
    for line in made.said:
        print(f"  {line}")
    if made.token is None:
        print("nothing was missing; `guoji token issue` makes further tokens")
    else:
        print(f"administrator's token (shown only now): {made.token}")
    print("next: `guoji up`")
    return 0


def _check_nothing_else_stands(settings: Settings, given: Iterable[str]) -> None:
    """Raises `InvalidInput` if the home is there with other values: they would go on to count."""
    file = settings.home / "guoji.toml"
    if not file.exists():
        return
    there = Settings.read({f"{PREFIX}HOME": str(settings.home)}, of_running=False)
    for name in given:
        present, wanted = getattr(there, name), getattr(settings, name)
        if present != wanted:
            how = "the name of a log cannot be changed" if name == "origin" else "change it there"
            raise InvalidInput(f"{name} is {present!r} in {file}, not {wanted!r}: {how}")
