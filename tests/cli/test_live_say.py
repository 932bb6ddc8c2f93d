"""`guoji live say` prints what each sentence comes to, and goes on after a line that it cannot take."""

import pytest

from tests.live.live_scene import CODE, Scene
from traceability.cli.live_say import say
from traceability.errors import Unknown

LIE, TRUE = "今早刚摘的苹果。", "产地是陕西洛川。"


def test_each_sentence_has_its_verdict_and_its_warning(capsys):
    scene = Scene()

    assert say(scene.transcript, CODE, [f"{LIE}{TRUE}\n", "\n"], "zh-CN") == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"[与记录不符] {LIE}"
    assert any(line.startswith("    规则：harvest-time（") for line in lines)
    assert any(line.startswith("    可以说：") for line in lines)
    assert "    提醒 2（第 3 级）：请在主播手机页回应，否则 20 秒后叠加层自动更正" in lines
    assert f"[有据可查] {TRUE}" in lines


def test_a_line_that_cannot_be_taken_stops_nothing(capsys):
    scene = Scene()

    assert say(scene.transcript, CODE, ["好" * 2001, TRUE], "en") == 65

    told = capsys.readouterr()
    assert "guoji: line has 2001 characters, want at most 2000" in told.err
    assert f"[supported] {TRUE}" in told.out


def test_a_room_that_is_not_there_ends_it():
    with pytest.raises(Unknown):
        say(Scene().transcript, "NOPE00", [TRUE], "en")
