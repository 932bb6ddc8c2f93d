"""`guoji laboratory refresh`: fetch the lists of what laboratories revoked."""

import argparse
import os
from datetime import UTC, datetime

from traceability.cli.terminal import printable
from traceability.errors import Unavailable
from traceability.settings import Settings

SHORTEST_S = 10


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    from traceability.cli.argument import whole

    refresh = actions.add_parser(
        "refresh",
        help="fetch the lists of what the believed issuers revoked",
        description="Fetch each status list that the trust policy names, over https, from public addresses "
        "alone. One that cannot be had stays as it was; when it ends, it confirms nothing any more.",
    )
    refresh.add_argument(
        "--every", metavar="SECONDS", type=whole(SHORTEST_S), help="again and again, until it is told to stop"
    )
    refresh.set_defaults(run=_refresh)


def _refresh(args: argparse.Namespace) -> int:
    settings = Settings.read(os.environ)
    if args.every is None:
        _once(settings)
        return 0
    import structlog

    from traceability.cli.loop import every, until_told_to_stop

    every(args.every, lambda: _once(settings), until_told_to_stop(), structlog.get_logger())
    return 0


def _once(settings: Settings) -> None:
    """Raises `Unavailable` that names the lists which stay as they were."""
    from traceability.laboratory.refresh import fetch_list, refresh
    from traceability.own_files import status_lists
    from traceability.own_policy import policy

    done = list(refresh(policy(settings).issuers, status_lists(settings), fetch_list, datetime.now(UTC)))
    for each in done:
        if each.failed is None:
            print(printable(f"fetched: {each.url}"), flush=True)
    failed = [f"{each.url}: {each.failed}" for each in done if each.failed is not None]
    if failed:
        raise Unavailable(f"not fetched: {'; '.join(failed)}")
