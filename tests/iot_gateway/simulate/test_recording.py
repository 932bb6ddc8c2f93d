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
        (
            "a,yesterday,air_temperature,4,Cel",
            "line 2: ts_utc_iso 'yesterday': want e.g. 2026-11-22T12:00:00Z",
        ),
        ("a,2026-01-01T00:00:00,air_temperature,4,Cel", "line 2: .* no time zone: want e.g."),
        ("a,2026-01-01T00:00:00Z,温度,4,Cel", "line 2: metric '温度' is none of air_temperature, "),
        ("a,2026-01-01T00:00:00Z,air_temperature,4.2℃,Cel", "line 2: value '4.2℃': want a number alone"),
        ("a,2026-01-01T00:00:00Z,air_temperature,nan,Cel", "value 'nan': want a number alone"),
        ("a,2026-01-01T00:00:00Z", "line 2: the line ends before metric"),
        (f"a,{'x' * 200_000}", "is no CSV file: field larger than"),
        ("", "holds no measurements"),
    ],
)
def test_a_malformed_file_is_refused_with_its_line(tmp_path, line, reason):
    with pytest.raises(InvalidInput, match=reason):
        read_moments(written(tmp_path, line))


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="cannot read"):
        read_moments(tmp_path / "nothing.csv")


def test_a_file_without_a_column_is_refused_with_those_it_wants(tmp_path):
    file = tmp_path / "measured.csv"
    file.write_text("time,metric,value\n2026-01-01T00:00:00Z,air_temperature,4\n")

    with pytest.raises(InvalidInput, match="no column ts_utc_iso; the first line names ts_utc_iso, metric"):
        read_moments(file)


def test_what_a_chinese_excel_saves_is_refused_with_what_to_do(tmp_path):
    file = tmp_path / "measured.csv"
    file.write_bytes("ts_utc_iso,metric,value\n2026-01-01T00:00:00Z,温度,4\n".encode("gbk"))

    with pytest.raises(InvalidInput, match="is not UTF-8: in Excel, save it as 'CSV UTF-8'"):
        read_moments(file)
