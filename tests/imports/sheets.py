"""Sheets for tests: rows of a kind with all that it needs, some of it replaced."""

import csv
import io
from datetime import UTC, datetime

from traceability.epcis.document import read_each
from traceability.imports.cells import BEIJING
from traceability.imports.kinds import kind
from traceability.imports.plan import plan
from traceability.sheets.read import read_cells

PARTY = "9521234000013"
NOW = datetime(2026, 11, 22, tzinfo=UTC)

GOODS = {"gtin": "9521234000020", "lot": "HY1", "amount": "28.8", "unit": "kg"}
SOUND = {
    "harvest": {**GOODS, "harvested_at": "2026-11-20 06:30", "place": PARTY, "part": "FIELD-3"},
    "packing": {"parent": "095212340000000013", **GOODS, "packed_at": "2026-11-20 10:05", "place": PARTY},
    "shipping": {**GOODS, "shipped_at": "2026-11-20 11:30", "place": PARTY, "to": "9521234000037"},
    "receiving": {**GOODS, "received_at": "2026-11-20 18:40", "place": "9521234000037", "from": PARTY},
    "processing": {
        "run": "R-1",
        "direction": "in",
        **GOODS,
        "processed_at": "2026-11-20 09:00",
        "place": PARTY,
    },
    "laboratory": {
        "gtin": GOODS["gtin"],
        "lot": "HY1",
        "tested_at": "2026-11-20 15:00",
        "place": PARTY,
        "report": "L-1",
        "analyte": "毒死蜱",
        "value": "0.004",
        "value_unit": "mg/kg",
        "limit": "0.02",
        "verdict": "合格",
    },
    "leaving": {"fate": "销售", **GOODS, "left_at": "2026-11-21 16:20", "place": PARTY},
}
"""A row of each kind that is not the template's example."""


def a_row(name, **changed):
    return {**SOUND[name], **changed}


def a_csv(name, *rows, language="zh"):
    """A sheet of a kind with all its columns."""
    columns = kind(name).columns
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.headings[language] for column in columns])
    writer.writerows([[row.get(column.name, "") for column in columns] for row in rows])
    return text.getvalue().encode()


def planned(name, data, saved=None, zone=BEIJING, now=NOW):
    return plan(kind(name), read_cells(data), PARTY, zone, now, saved or {}, read_each)


def bodies(name, *rows):
    """What rows become, which must be sound."""
    made = planned(name, a_csv(name, *rows))
    assert made.faults == ()
    return [dict(event.body) for event in made.events]


def faults(name, *rows):
    return [str(fault) for fault in planned(name, a_csv(name, *rows)).faults]
