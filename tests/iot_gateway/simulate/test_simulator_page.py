"""docs/simulator.md says what the simulator knows, and no more."""

import re
from pathlib import Path

from iot_gateway.simulate.faults import FAULTS, NOTHING, REFUSED
from iot_gateway.simulate.models import MODELS

PAGE = (Path(__file__).parents[3] / "docs" / "simulator.md").read_text(encoding="utf-8")


def rows(heading):
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = re.findall(r"^\| `.*\|$", section, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_table_of_faults_is_the_one_that_is_played():
    assert rows("Faults") == [
        [
            f"`{name}`",
            fault.amount,
            ", ".join(fault.size or ()),
            fault.says,
            fault.found if fault.found in (REFUSED, NOTHING) else f"`{fault.found}`",
            ", ".join(f"`{kind}`" for kind in fault.also),
        ]
        for name, fault in FAULTS.items()
    ]


def test_each_model_has_its_row():
    assert [row[0] for row in rows("Models")] == [f"`{name}`" for name in MODELS]
