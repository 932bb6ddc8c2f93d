"""A farmer's helper says on what a device is in one line, and sees it again."""

import pytest

from tests.builders import LOT, PALLET
from traceability.cli.main import main

FIELD = "https://id.gs1.org/414/9521234000013/254/PLOT-3"
SHOP = "https://id.gs1.org/414/9521234000020"


@pytest.fixture(autouse=True)
def devices(settings, monkeypatch, capsys):
    monkeypatch.setenv("GUOJI_HOME", str(settings.home))
    for alias, giai in (("field-3", "9521234FIELD3"), ("field-3b", "9521234FIELD3B")):
        place = ["--place", "9521234000013", "--place-part", "PLOT-3"]
        assert main(["device", "add", alias, "--giai", giai, *place]) == 0
    capsys.readouterr()


def fit(alias, *how, day=1):
    return main(["device", "fit", alias, *how, "--from", f"2026-05-0{day}T06:00:00+08:00"])


def shown(capsys, alias):
    capsys.readouterr()
    assert main(["device", "show", alias]) == 0
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith("on\t")]


def test_a_device_is_fitted_at_the_place_that_it_is_registered_at(capsys):
    assert fit("field-3") == 0

    said = "on\thttps://id.gs1.org/8004/9521234FIELD3\t" + FIELD + "\tfrom 2026-04-30T22:00:00.000+00:00\n"
    assert capsys.readouterr().out == said
    assert shown(capsys, "field-3") == [f"on\t{FIELD} from 2026-04-30T22:00:00+00:00"]


@pytest.mark.parametrize(
    ("thing", "bearer"),
    [
        ("9521234000020", SHOP),
        (PALLET[-18:], PALLET),
        (LOT, LOT),
        ("https://shop.example/414/9521234000020", SHOP),
    ],
)
def test_what_it_is_on_is_named_by_its_number_or_its_link(capsys, store, thing, bearer):
    assert fit("field-3", "--to", thing) == 0

    [event] = [each.event for each in store.events.mentioning([bearer])]
    assert (event.kind, event.body["action"], event.body["parentID"]) == ("AssociationEvent", "ADD", bearer)
    assert event.body["childEPCs"] == ["https://id.gs1.org/8004/9521234FIELD3"]


def test_a_replacement_comes_where_the_old_one_was_at_the_same_moment(capsys):
    fit("field-3", "--to", "9521234000020")

    assert fit("field-3b", "--instead-of", "field-3", day=3) == 0

    moments = "from 2026-04-30T22:00:00+00:00 until 2026-05-02T22:00:00+00:00"
    assert shown(capsys, "field-3") == [f"on\t{SHOP} {moments}"]
    assert shown(capsys, "field-3b") == [f"on\t{SHOP} from 2026-05-02T22:00:00+00:00"]


def test_a_device_that_was_taken_off_is_on_nothing_new(capsys):
    fit("field-3")

    assert main(["device", "unfit", "field-3"]) == 0

    assert [" until " in line for line in shown(capsys, "field-3")] == [True]


def test_a_device_that_nobody_fitted_is_told_so(capsys):
    [line] = shown(capsys, "field-3")

    assert "its readings apply to no goods; `guoji device fit`" in line


def test_keys_and_calibrations_are_shown_with_what_has_become_of_them(capsys, tmp_path):
    (tmp_path / "pdf").write_bytes(b"compared")
    for on, until in (("2020-01-01", "2021-01-01"), ("2022-01-01", "2999-01-01")):
        days = ["--on", on, "--until", until, "--certificate", str(tmp_path / "pdf")]
        main(["device", "calibrate", "field-3", *days])
    main(
        [
            "device",
            "key",
            "add",
            "field-3",
            "--public-key",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        ]
    )
    capsys.readouterr()

    main(["device", "show", "field-3"])

    said = capsys.readouterr().out
    assert (
        "calibrated\ton 2022-01-01, counts until 2999-01-01\ncalibrated\ton 2020-01-01, ran out on 2021"
        in said
    )
    assert "key\t21fe31dfa154a261 from 20" in said


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["fit", "cold-9"], "no device cold-9 is registered"),
        (["fit", "field-3", "--to", "9521234000021"], "check digit is 1, want 0"),
        (["fit", "field-3", "--to", "095212340000000021"], "check digit"),
        (["fit", "field-3", "--to", "https://id.gs1.org/8004/9521234FIELD3B"], "is a device, want a place"),
        (
            ["fit", "field-3", "--to", "3号冷库"],
            "'3号冷库' is no GLN (13 digits), SSCC (18 digits) or Digital Link",
        ),
        (["fit", "field-3", "--to", "12345"], "'12345' is no GLN (13 digits), SSCC (18 digits) or"),
        (["fit", "field-3", "--from", "2999-01-01T00:00:00Z"], "2999-01-01T00:00:00+00:00 is yet to come"),
        (["fit", "field-3b", "--instead-of", "field-3"], "field-3 is on nothing"),
        (["unfit", "field-3"], "field-3 is on nothing"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_captured(capsys, store, command, said):
    assert main(["device", *command]) == 65

    assert said in capsys.readouterr().err
    assert store.counts.all()["events"] == 0
