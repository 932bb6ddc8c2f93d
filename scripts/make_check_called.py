"""Writes api/check_page/called.js: what pages call steps and units, for the phone's check of them.

Run from the top of the repository: python -m scripts.make_check_called
"""

import json
from pathlib import Path
from typing import Final

from api.present.measures import UNITS
from api.present.step_names import DISPOSITIONS, STEPS
from api.words import Words, languages

MODULE = Path(__file__).parent.parent / "api" / "check_page" / "called.js"
_HEAD = "// What pages call things, by language. Made by scripts/make_check_called.py.\n\n"
_COUNTED: Final = {
    "piece": ("{count} piece", "{count} pieces"),
    "unit": ("{count} unit", "{count} units"),
    "reading": ("{count} reading", "{count} readings"),
}


def module() -> str:
    tables = {language: _table(words) for language, words in languages().items()}
    return f"{_HEAD}export const CALLED = {json.dumps(tables, ensure_ascii=False, indent=2)};\n"


def _table(words: Words) -> dict[str, object]:
    return {
        "steps": {step: words.say(name) for step, name in STEPS.items()},
        "processed": words.say("Processed"),
        "dispositions": {each: words.say(name) for each, name in DISPOSITIONS.items()},
        "units": UNITS,
        **{kind: [words.catalog.ngettext(*forms, n) for n in (1, 2)] for kind, forms in _COUNTED.items()},
        "pieces": words.say("pieces"),
        "limit": words.say("limit {limit}"),
        "above": words.say("above the limit"),
    }


if __name__ == "__main__":
    MODULE.write_text(module(), encoding="utf-8")
