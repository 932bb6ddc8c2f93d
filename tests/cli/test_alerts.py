"""The command line shows open alerts, takes an acknowledgement, and names what is wrong with the plan."""

import re
import time
from pathlib import Path

import pytest

from tests.alerts.farm import WARM, Farm
from traceability.alert_plan import read_plan
from traceability.alerts.deliver import deliver
from traceability.alerts.webhook import Allowed
from traceability.cli.main import main
from traceability.cold_chain.profiles import shipped
from traceability.errors import InvalidInput, Unavailable
from traceability.own_files import alert_plan
from traceability.store.schema import open_engine

SECRET = "whsec_" + "A" * 32
PLAN = """
[[rule]]
name = "too warm"
profile = "strawberry"
high = 4
after_s = 300
escalate_after_s = 900

[[rule]]
name = "silent"
devices = ["truck-*"]
silent_after_s = 900

[[target]]
name = "ops"
webhook = "https://hooks.example.org/guoji"
secret_file = "ops.secret"

[[target]]
name = "boss"
escalation = true
smtp = "mail.example.org:587"
from = "guoji@farm.example"
to = ["boss@farm.example"]
"""


def read(text):
    return read_plan(text, shipped(), Allowed(), lambda _: SECRET)


@pytest.fixture
def farm(settings, monkeypatch):
    monkeypatch.setenv("GUOJI_HOME", str(settings.home))
    engine = open_engine(settings.database_url)
    farm = Farm(engine, [WARM])
    farm.now = int(time.time() * 1000)
    farm.has("truck-1")
    yield farm
    engine.dispose()


def test_an_alert_is_listed_acknowledged_and_listed_as_such(farm, capsys):
    farm.send("truck-1", 9)
    farm.look()

    assert main(["alerts", "list"]) == 0
    listed = capsys.readouterr().out
    assert main(["alerts", "ack", "1", "--by", "王", "--comment", "door was open"]) == 0
    main(["alerts", "list"])

    assert listed.startswith("1\traised\ttruck-1\ttoo warm\tair_temperature to 4\tsince 20")
    assert "worst 9" in listed
    assert "1\tacknowledged\ttruck-1" in capsys.readouterr().out.splitlines()[-1]
    assert main(["alerts", "ack", "1", "--comment", "again"]) == 65


def test_a_notice_that_cannot_be_delivered_is_listed_with_its_reason_on_one_line(farm, capsys):
    farm.send("truck-1", 9)
    farm.look(), farm.tell()

    def refuse(_):
        raise Unavailable("answered 500\n\x1b[2Jgone")

    deliver(farm.alerts, "ops", refuse, farm.now)
    main(["alerts", "list"])

    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("undelivered\tops\t告警 Alert: truck-1 too warm\tagain at 20")
    assert last.endswith("answered 500 [2Jgone")


def test_the_plan_in_the_document_is_one_that_is_read():
    text = (Path(__file__).parents[2] / "docs/cold-chain.md").read_text("utf-8")
    (block,) = re.findall(r"```toml\n(\[\[rule\]\].*?)```", text, re.DOTALL)

    plan = read(block)

    assert [rule.limits for rule in plan.rules] == ["air_temperature from -0.5 to 4", "silent for 900 s"]
    assert set(plan.targets) == {"dispatch", "owner"}


def test_rules_and_targets_are_read_and_a_profile_gives_the_limits_that_are_not_stated():
    plan = read(PLAN)

    warm, silent = plan.rules
    assert (warm.low, warm.high, warm.hysteresis) == (-0.5, 4, 0.5)
    assert (warm.after_ms, warm.settle_ms, warm.escalate_after_ms) == (300_000, 300_000, 900_000)
    assert (silent.metric, silent.after_ms, silent.devices) == (None, 900_000, ("truck-*",))
    assert (plan.audience.usual, plan.audience.escalation) == (("ops",), ("boss",))
    assert set(plan.targets) == {"ops", "boss"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('profile = "strawberry"', 'profile = "peach"'),
        ("high = 4", "hihg = 4"),
        ("high = 4", "high = nan"),
        ("high = 4", 'high = "4"'),
        ("high = 4", 'high = 4\nmetric = "warmth"'),
        ("after_s = 300", "after_s = -1"),
        ("silent_after_s = 900", "silent_after_s = 900\nhigh = 3"),
        ('name = "silent"', 'name = "too warm"'),
        ('name = "boss"', 'name = "ops"'),
        ('name = "boss"', 'name = "bo\\nss"'),
        ("https://hooks", "http://hooks"),
        (':587"', '"'),
        ('to = ["boss@farm.example"]', "to = []"),
        ('to = ["boss@farm.example"]', 'to = ["Boss <boss@farm.example>"]'),
        ("[[rule]]", "[[rules]]"),
        ("escalation = true", 'escalation = "yes"'),
    ],
)
def test_a_mistake_in_the_plan_is_refused_and_not_passed_over(before, after):
    assert before in PLAN

    with pytest.raises(InvalidInput):
        read(PLAN.replace(before, after))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '[[target]]\nname = "ops"\nwebhok = "x"',
            "target 1: there is no `webhok`; a target has webhook and",
        ),
        ('[[target]]\nname = "ops"\nsmtp = "h:1"\nto = ["a@b.cn"]', "target 1 has no `from`$"),
        ('[[rule]]\nname = "a"\nsilent_after_s = 4\nlow = 1', "rule 1: silent_after_s does not go with low$"),
        ('[[rule]]\nname = "a"\nlow = "x"', "rule 1: low: Input should be a valid number"),
        ("rules = 1", "rules: there is no `rules`$"),
    ],
)
def test_a_mistake_is_told_by_its_place_in_the_file_and_nothing_else_is(text, told):
    with pytest.raises(InvalidInput, match=f"^alerts: (.*; )?{told}"):
        read(text)


def test_without_a_file_nothing_is_watched(settings):
    assert alert_plan(settings).rules == []


def test_a_secret_that_others_can_read_stops_the_start(settings):
    (settings.home / "alerts.toml").write_text(PLAN)
    secret = settings.home / "ops.secret"
    secret.write_text(SECRET)
    secret.chmod(0o644)

    with pytest.raises(InvalidInput, match="others could read it"):
        alert_plan(settings)

    secret.chmod(0o600)
    assert set(alert_plan(settings).targets) == {"ops", "boss"}
