"""`guoji init`: make an installation, or show that it is there."""

import argparse
import os

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

    given = {"ORIGIN": args.origin, "PARTY": args.party, "PUBLIC_URL": args.public_url}
    environment = {PREFIX + name: value for name, value in given.items() if value is not None}
    settings = Settings.read({**os.environ, **environment})
    made = make(settings)
    print(f"installation: {settings.home}")
    for line in made.said:
        print(f"  {line}")
    if made.token is None:
        print("nothing was missing; `guoji token issue` makes further tokens")
    else:
        print(f"administrator's token (shown only now): {made.token}")
    print("next: `guoji up`")
    return 0
