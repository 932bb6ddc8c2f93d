"""The program in guoji-verify.pyz: `guoji verify` alone, for a Python that has none of our packages."""

from collections.abc import Sequence

from traceability.cli import verify
from traceability.cli.program import Parser, run


def main(version: str, argv: Sequence[str] | None = None) -> int:
    parser = Parser(prog="guoji-verify", description=verify.DESCRIPTION, epilog=verify.EXIT_CODES)
    verify.add_arguments(parser)
    parser.add_argument("--version", action="version", version=f"%(prog)s {version}")
    return run(parser, argv)
