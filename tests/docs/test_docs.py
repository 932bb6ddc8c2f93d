"""What the documents say is there is there, and what is there stands in the documents."""

import json
import re
import shlex
from dataclasses import fields
from pathlib import Path
from urllib.parse import unquote

import pytest

from scripts import make_cli_docs
from traceability import errors
from traceability.cli.main import parser
from traceability.settings import PREFIX, Settings

PROJECT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path.relative_to(PROJECT)
    for pattern in ("*.md", "docs/**/*.md", "demo/**/*.md", "traceability/**/*.md", "tests/**/*.md")
    for path in PROJECT.glob(pattern)
)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
"""A block of code: its language and its text."""
LINK = re.compile(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)


def _text(name):
    return (PROJECT / name).read_text(encoding="utf-8")


def _prose(name):
    return BLOCK.sub("", _text(name))


def _first_cells(name):
    """The words in code style in the first column of every table."""
    rows = re.findall(r"^\| (.+?) \|", _text(name), re.MULTILINE)
    return {word for cell in rows for word in re.findall(r"`([^`]+)`", cell)}


def _anchors(name):
    """As the usual viewers name headings: small letters, hyphens for spaces, no punctuation."""
    titles = [re.sub(r"[^\w\- ]", "", title).strip().lower() for _, title in HEADING.findall(_prose(name))]
    return {title.replace(" ", "-") for title in titles}


def _blocks(name, language):
    return [block for found, block in BLOCK.findall(_text(name)) if found == language]


def _commands(name):
    """The words of each `guoji` command in the shell blocks of a document."""
    for line in "".join(_blocks(name, "sh")).splitlines():
        words = shlex.split(line, comments=True) if "guoji " in line else []
        if "guoji" in words:
            yield words[words.index("guoji") + 1 :]


def _of_tree(error):
    yield error
    for kind in error.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield from _of_tree(kind)


def test_every_setting_has_its_row_with_its_environment_name_and_default():
    text = _text("docs/settings.md")

    for setting in fields(Settings):
        row = re.search(rf"^\| `{setting.name}` \|.*$", text, re.MULTILINE)
        assert row, f"docs/settings.md has no row for {setting.name}"
        assert f"`{PREFIX}{setting.name.upper()}`" in row[0]
        default = str(setting.default).lower() if isinstance(setting.default, bool) else setting.default
        assert (f"`{default}`" if default != "" else "| empty |") in row[0]


def test_no_row_of_the_settings_is_about_a_setting_that_is_gone():
    assert _first_cells("docs/settings.md") == {setting.name for setting in fields(Settings)}


def test_the_page_of_commands_is_what_help_says():
    written, said = _words(_text("docs/cli.md")), _words(make_cli_docs.document())

    assert written == said, "run python -m scripts.make_cli_docs"


def _words(help_text):
    """Alike for every Python: newer ones break lines elsewhere, and write `-o, --output FILE`."""
    return re.sub(r"(-\w) ([A-Z]+), (--\w+ \2)", r"\1, \3", help_text).split()


def test_every_kind_of_error_has_its_row():
    assert {kind.__name__ for kind in _of_tree(errors.TraceError)} <= _first_cells("docs/architecture.md")


@pytest.mark.parametrize("name", ["run.in", "dev.in", "slither.in", "bench.in"])
def test_every_python_dependency_has_its_row(name):
    lines = _text(f"requirements/{name}").splitlines()
    wanted = {line.strip() for line in lines if line.strip() and line[0] not in "#-"}

    assert wanted <= _first_cells("docs/dependencies.md")


def test_every_npm_and_debian_dependency_has_its_row():
    package = json.loads(_text("package.json"))
    debian = re.search(r"^for package in (.+); do$", _text("scripts/setup-debian"), re.MULTILINE)

    wanted = {*package["dependencies"], *package["devDependencies"], *debian[1].split()}

    assert wanted <= _first_cells("docs/dependencies.md")


def test_no_row_is_about_a_dependency_that_is_gone():
    listed = "".join(_text(f"requirements/{name}.in") for name in ("run", "dev", "slither", "bench"))
    listed += _text("package.json") + _text("scripts/setup-debian")

    assert [name for name in _first_cells("docs/dependencies.md") if name not in listed] == []


@pytest.mark.parametrize("name", DOCUMENTS, ids=str)
def test_every_link_between_documents_leads_somewhere(name):
    for target in _links(name):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        file = (PROJECT / name).parent / path if path else PROJECT / name
        assert file.exists(), f"{name} links to {target}"
        if anchor and file.suffix == ".md":
            assert anchor in _anchors(file.resolve().relative_to(PROJECT)), f"{name} links to {target}"


@pytest.mark.parametrize("name", DOCUMENTS, ids=str)
def test_every_command_in_a_document_is_one_that_guoji_takes(name):
    for words in _commands(name):
        parser().parse_args(words)  # ends the test for one that does not exist


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md"])
def test_every_make_command_in_a_document_is_a_target(name):
    targets = set(re.findall(r"^([a-z-]+):", _text("Makefile"), re.MULTILINE))

    named = set(re.findall(r"^make ([a-z-]+)", "".join(_blocks(name, "sh")), re.MULTILINE))

    assert {"demo", "test"} <= named <= targets


def test_both_readmes_have_the_same_sections_commands_and_links():
    english, chinese = "README.md", "README.zh-CN.md"

    assert _levels(english) == _levels(chinese)
    assert _blocks(english, "sh") == _blocks(chinese, "sh")
    assert _other_links(english) == _other_links(chinese)


def _links(name):
    return [link or picture for link, picture in LINK.findall(_prose(name))]


def _levels(name):
    return [len(marks) for marks, _ in HEADING.findall(_prose(name))]


def _other_links(name):
    return [link for link in _links(name) if not link.startswith("README")]
