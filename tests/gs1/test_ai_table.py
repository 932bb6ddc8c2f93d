"""The table of Application Identifiers and the dictionary it is made from."""

import importlib.util
from pathlib import Path

from traceability.gs1.ai_table import IDENTIFIERS
from traceability.gs1.linters import LINTERS

ROOT = Path(__file__).parent.parent.parent


def make_ai_table():
    path = ROOT / "scripts" / "make_ai_table.py"
    spec = importlib.util.spec_from_file_location("make_ai_table", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_table_is_what_the_dictionary_makes():
    script = make_ai_table()

    assert script.main(["--check"]) == 0


def test_a_changed_dictionary_makes_another_table():
    script = make_ai_table()
    dictionary = script.DICTIONARY.read_text("utf-8")

    assert script.table(dictionary.replace("N14,csum,gcppos2", "N14,csum", 1)) != script.table(dictionary)


def test_every_linter_is_one_that_the_dictionary_names():
    named = {
        name
        for identifier in IDENTIFIERS.values()
        for component in identifier.format.split()
        for name in component.split(",")[1:]
    }

    assert named | {"cset64"} == LINTERS.keys()  # cset64 is meant by the type Z


def test_a_row_holds_all_that_its_line_says():
    script = make_ai_table()
    line = "3920-3922  ?  N3,iso4217 [N..15]  req=01+21,02 req=30 ex=392n,37 dlpkey=22,10|235  # PRICE"

    (row,) = script.rows(line)

    assert row == {
        "first": "3920",
        "last": "3922",
        "title": "PRICE",
        "format": "N3,iso4217 [N..15]",
        "attribute": True,
        "requires": [[["01", "21"], ["02"]], [["30"]]],
        "excludes": ["392n", "37"],
        "qualifiers": [["22", "10"], ["235"]],
    }


def test_a_range_of_the_dictionary_becomes_one_identifier_each():
    assert IDENTIFIERS["3103"].title == "NET WEIGHT (kg)"
    assert "3106" not in IDENTIFIERS
    assert IDENTIFIERS["99"].format == "X..90"
