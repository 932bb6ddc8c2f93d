"""The sealer reads an operator's thresholds, and does not start with wrong ones."""

import pytest

from traceability.errors import InvalidInput
from traceability.own_files import thresholds
from traceability.settings import Settings
from traceability.telemetry.thresholds import THRESHOLDS


def test_without_a_file_the_shipped_ones_hold(tmp_path):
    assert thresholds(Settings(home=tmp_path)) == THRESHOLDS


def test_a_file_in_the_home_changes_what_it_names(tmp_path):
    (tmp_path / "thresholds.toml").write_text("[metric.pressure]\nlow = 60000\n", "utf-8")

    assert thresholds(Settings(home=tmp_path)).metric["pressure"]["low"] == 60_000


def test_a_wrong_file_stops_the_start(tmp_path):
    (tmp_path / "thresholds.toml").write_text("[metric.joy]\n", "utf-8")

    with pytest.raises(InvalidInput, match="joy"):
        thresholds(Settings(home=tmp_path))
