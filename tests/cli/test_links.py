"""`guoji links` registers, shows and removes where codes lead; a file is loaded whole or not at all."""

import json
from pathlib import Path

import pytest

from traceability.cli.main import main

FIXTURE = Path(__file__).parents[1] / "vectors" / "gs1" / "resolver_fixture.json"
KIWI = "/01/09520123456788"


@pytest.fixture
def run(settings, monkeypatch, capsys):
    monkeypatch.setenv("GUOJI_HOME", str(settings.home))

    def run(*argv):
        code = main(("links", *argv))
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def test_a_file_is_loaded_and_given_back_as_it_was(run):
    assert run("load", str(FIXTURE)) == (0, "registered: 5 entries\n")

    entries = json.loads(run("list", "--json")[1])["entries"]

    by_anchor = {each["anchor"]: each for each in json.loads(FIXTURE.read_text())["entries"]}
    assert {each["anchor"]: each for each in entries} == by_anchor


def test_a_file_with_one_wrong_entry_loads_nothing_and_names_it(run, tmp_path):
    file = tmp_path / "links.json"
    fixture = json.loads(FIXTURE.read_text())
    fixture["entries"][1]["links"]["gs1:epcis"][0]["href"] = "http://epcis.example.cn/"
    file.write_text(json.dumps(fixture))

    code, said = run("load", str(file))

    assert code == 65
    assert f"entry 2, '{KIWI}/10/L26-031': href 'http://epcis.example.cn/' is not https" in said
    assert run("list") == (0, "")


def test_links_are_added_and_removed_and_the_history_says_who(run):
    add = ("add", KIWI, "gs1:defaultLink", "https://farm.example/", "--title", "Ki\x1bwi")
    assert run(*add)[0] == 65
    assert run(*add[:-1], "Kiwi", "--description", "Kiwi")[0] == 0
    page = (
        "gs1:pip",
        "https://farm.example/k",
        "--title",
        "Kiwi",
        "--language",
        "en",
        "--media",
        "text/html",
    )
    assert run("add", KIWI, *page) == (0, f"registered: {KIWI}\n")
    assert run("list") == (
        0,
        f"{KIWI}\tKiwi\n\tgs1:defaultLink\thttps://farm.example/\tKiwi\n"
        "\tgs1:pip\thttps://farm.example/k\tKiwi\ttext/html en\n",
    )
    assert run("remove", KIWI, "--href", "https://farm.example/k")[0] == 0
    assert run("remove", KIWI) == (0, f"removed: {KIWI}\n")
    history = run("list", KIWI)[1]
    assert history.count("UTC\toperator") == 4
    assert history.endswith("\tremoved\n")
    assert run("remove", KIWI)[0] == 65
