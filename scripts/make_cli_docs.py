"""Writes docs/cli.md from the help texts of every command.

Run from the top of the repository: python -m scripts.make_cli_docs
"""

import argparse
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from traceability.cli.main import parser

DOCUMENT = Path(__file__).parent.parent / "docs" / "cli.md"
WIDTH = 100

INTRODUCTION = """\
# Commands

What `--help` says, of every command. `python -m scripts.make_cli_docs` writes this page, and a test compares
the two. `make demo` and `make test` install `guoji` into `.venv/bin`.

Every command reads the same [settings](settings.md). Most need an installation, named by `GUOJI_HOME`.
Results go to standard output, troubles to standard error.
"""


def document() -> str:
    sections = (f"## `{one.prog}`\n\n```\n{_help(one).rstrip()}\n```\n" for one in commands(parser()))
    return "\n".join([INTRODUCTION, *sections])


def commands(of: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The parser itself, then those of its commands, in the order of its help."""
    yield of
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            for one in action.choices.values():
                yield from commands(one)


def _help(one: argparse.ArgumentParser) -> str:
    # Otherwise as wide as the terminal of whoever runs this.
    one.formatter_class = partial(one.formatter_class, width=WIDTH)
    return one.format_help()


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
