"""Writes the vectors of personal data into a folder: one disclosure each, and what a check of it says."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from traceability.proof.personal import Disclosure, disclosure_json

DRIVER = Disclosure("guoji:driverName", bytes(range(16)), "张三")
EMPTY = Disclosure("farm:note", b"\xff" * 16, "")
LONGEST = Disclosure("n" * 255, bytes(16), "果" * 1365)
MOVED = Disclosure("guoji:driverNam", DRIVER.salt, "e张三")
"""Without the length of the name, it would hash like `DRIVER`."""

EVENT = {
    "type": "ObjectEvent",
    DRIVER.name: {"guoji:commitment": DRIVER.commitment},
    "farm:crew": [{"farm:note": {"guoji:commitment": EMPTY.commitment}}],
    "farm:people": {LONGEST.name: [{"guoji:commitment": LONGEST.commitment}]},
}

MATCHES = {"two-characters": DRIVER, "empty-value": EMPTY, "longest-name-and-value": LONGEST}
LIES = {
    "lie-value-changed": replace(DRIVER, value="李四"),
    "lie-value-with-a-space": replace(DRIVER, value="张三 "),
    "lie-salt-changed": replace(DRIVER, salt=bytes(range(1, 17))),
    "lie-of-another-field": replace(DRIVER, name="farm:note"),
    "lie-no-such-field": replace(DRIVER, name="guoji:pickerName"),
    "lie-name-and-value-parted-elsewhere": MOVED,
}


def a_vector(disclosure: Disclosure, matches: bool) -> dict[str, Any]:
    given = {"disclosure": disclosure_json(disclosure), "commitment": disclosure.commitment}
    return {**given, "event": EVENT, "matches": matches}


def main(folder: Path) -> None:
    for cases, matches in ((MATCHES, True), (LIES, False)):
        for name, disclosure in cases.items():
            text = json.dumps(a_vector(disclosure, matches), ensure_ascii=False, indent=1)
            (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
