import time

import pytest

from traceability.cli.simulate import paced, read_moments, tell
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


def test_moments_come_as_much_faster_as_was_asked():
    started_s = time.monotonic()

    assert len(list(paced([(0, {}), (60_000, {}), (120_000, {})], 600))) == 3

    assert 0.2 <= time.monotonic() - started_s < 2


def test_what_the_gateway_did_not_hold_is_not_called_stored(capsys):
    not_held = {2: "refused: it is not signed \x1b", 1: "quarantined: from the future"}

    assert tell("cold-7", 6, not_held) == 65

    shown, said = capsys.readouterr()
    assert shown == "cold-7: 4 of 6 readings are stored; their receipts say so\n"
    assert said == "reading 1 is quarantined: from the future\nreading 2 is refused: it is not signed  \n"


def test_if_all_is_held_all_is_stored(capsys):
    assert tell("cold-7", 6, {}) == 0

    assert capsys.readouterr().out == "cold-7: 6 of 6 readings are stored; their receipts say so\n"
