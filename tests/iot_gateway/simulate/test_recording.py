"""A CSV file of measurements becomes moments, and a malformed one is refused with its line."""

import pytest

from iot_gateway.simulate.recording import read_moments
from traceability.errors import InvalidInput

HEAD = "device_id,ts_utc_iso,metric,value,unit\n"


def written(tmp_path, *lines):
    file = tmp_path / "measured.csv"
    file.write_text(HEAD + "\n".join(lines))
    return file


def test_rows_of_one_time_make_one_moment(tmp_path):
    file = written(
        tmp_path,
        "a,2026-01-01T00:00:00Z,air_temperature,4.5,Cel",
        "a,2026-01-01T00:00:00Z,door_open,1,",
        "a,2026-01-01T00:10:00Z,air_temperature,4.6,Cel",
    )

    assert read_moments(file) == [
        (1_767_225_600_000, {"air_temperature": 4.5, "door_open": True}),
        (1_767_226_200_000, {"air_temperature": 4.6}),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a,yesterday,air_temperature,4,Cel", "line 2"),
        ("a,2026-01-01T00:00:00,air_temperature,4,Cel", "no time zone"),
        ("a,2026-01-01T00:00:00Z,mood,4,Cel", "'mood'"),
        ("a,2026-01-01T00:00:00Z,air_temperature,warm,Cel", "'warm'"),
        ("a,2026-01-01T00:00:00Z", "line 2"),
        ("", "holds no measurements"),
    ],
)
def test_a_malformed_file_is_refused_with_its_line(tmp_path, line, reason):
    with pytest.raises(InvalidInput, match=reason):
        read_moments(written(tmp_path, line))


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="cannot read"):
        read_moments(tmp_path / "nothing.csv")
