"""`guoji init`: make an installation, or show that it is there."""

import argparse
import os

from traceability.settings import Settings


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    init = commands.add_parser(
        "init",
        help="make an installation: keys, database, settings, and a token to write with",
        description="Make an installation in GUOJI_HOME (default ./guoji-home): keys of log, gateway and "
        "chain account, database, a commented guoji.toml, and one administrator's token, which is printed "
        "once. What is there already is left as it is, so running it again does no harm.",
    )
    init.set_defaults(run=_init)


def _init(_args: argparse.Namespace) -> int:
    from traceability.installation import make

    settings = Settings.read(os.environ)
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
