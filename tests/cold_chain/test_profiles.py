"""Profiles are data with a source each; an operator's own are read as strictly."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from traceability.cold_chain.profiles import Yield, read_profiles, shipped
from traceability.errors import InvalidInput

OWN = """
[gtin]
9521234000020 = "{name}"

[profile.pujiang]
zh = "蒲江猕猴桃"
en = "Pujiang kiwifruit"
low = 0
high = 2.5
hysteresis = 0.5
limits = "our packhouse"
allowed_consecutive_min = 30
yield = {{ tonnes_per_hectare = 37.5, days = 60, source = "our trials" }}
shelf_life = {{ celsius = 0, days = [100, 120], q10 = "typical", source = "our trials" }}
"""


def test_the_five_kinds_that_come_with_us_are_there():
    assert set(shipped().by_name) == {"kiwifruit", "apple", "strawberry", "citrus", "leafy_greens"}


def test_every_number_of_ours_has_a_source_and_none_allows_an_excursion():
    document = tomllib.loads(files("traceability.cold_chain").joinpath("profiles.toml").read_text("utf-8"))

    for row in document["profile"].values():
        assert len(row["limits"]) > 20
        assert len(row["shelf_life"]["source"]) > 20
        assert "yield" not in row or len(row["yield"]["source"]) > 20
        assert not {"allowed_consecutive_min", "allowed_cumulative_min"} & set(row)
    assert all(table["source"] for table in document["q10"].values())


def test_an_operators_profile_stands_beside_ours_and_belongs_to_a_gtin():
    profiles = read_profiles(OWN.format(name="pujiang"))

    assert profiles.of_gtin("09521234000020").high == 2.5
    assert profiles.of_gtin("09521234000020").allowed_consecutive_ms == 30 * 60_000
    assert profiles.of_gtin("09521234000020").bears == Yield(37_500, 60)
    assert profiles.of_gtin("09521234000013") is None
    assert profiles.named("apple") == shipped().named("apple")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{name}", "peach"),
        ("9521234000020", "9521234000021"),
        ("hysteresis = 0.5", "hysteresis = -1"),
        ("hysteresis = 0.5", "hysteresis = nan"),
        ("hysteresis = 0.5", "histeresis = 0.5"),
        ("low = 0", "low = true"),
        ("low = 0", "low = 9"),
        ('q10 = "typical"', 'q10 = "magic"'),
        ("[100, 120]", "[120, 100]"),
        ("[100, 120]", "[120]"),
        ("[profile.pujiang]", "[profil.pujiang]"),
        ("zh =", "zh"),
        ("shelf_life = {{", "shelf_life = [{{"),
        ("tonnes_per_hectare = 37.5", "tonnes_per_hectare = 0"),
        ("tonnes_per_hectare = 37.5", "kilograms = 37500"),
        ("days = 60", "days = 366"),
        ("days = 60", "days = 60.5"),
    ],
)
def test_a_mistake_in_it_is_refused_and_not_passed_over(before, after):
    with pytest.raises(InvalidInput):
        read_profiles(OWN.replace(before, after).format(name="pujiang"))


def test_the_file_in_the_document_is_one_that_is_read():
    text = (Path(__file__).parents[2] / "docs/cold-chain.md").read_text("utf-8")
    (block,) = re.findall(r"```toml\n(\[gtin\].*?)```", text, re.DOTALL)

    profiles = read_profiles(block)

    assert (profiles.of_gtin("09521234000020").name, profiles.of_gtin("09521234000037").name) == (
        "strawberry",
        "pujiang",
    )


def test_what_is_worked_out_under_a_profile_can_be_kept_by_it():
    assert len({hash(each) for each in shipped().by_name.values()}) == 5
