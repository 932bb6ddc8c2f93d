"""Make traceability/gs1/ai_table.json from the GS1 Barcode Syntax Dictionary beside it.

python scripts/make_ai_table.py            write the table
python scripts/make_ai_table.py --check    exit 1 if the table is not what the dictionary says
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

GS1 = Path(__file__).resolve().parent.parent / "traceability" / "gs1"
DICTIONARY = GS1 / "dictionary" / "gs1-syntax-dictionary.txt"
TABLE = GS1 / "ai_table.json"

Row = dict[str, object]


def rows(dictionary: str) -> Iterator[Row]:
    """Yield one row for each line of the dictionary that defines an AI or a range of them."""
    for line in dictionary.splitlines():
        definition, _, title = line.partition("#")
        if definition.strip():
            yield _row(definition.split(), title.strip())


def _row(words: list[str], title: str) -> Row:
    first, _, last = words[0].partition("-")
    flags = "" if words[1][0].isalpha() else words[1]
    rest = words[2:] if flags else words[1:]
    format_words = [word for word in rest if word[0] in "NXYZ["]
    attributes = [word.partition("=")[::2] for word in rest if word[0] not in "NXYZ["]
    keys = [value for name, value in attributes if name == "dlpkey"]
    return {
        "first": first,
        "last": last or first,
        "title": title,
        "format": " ".join(format_words),
        "attribute": "?" in flags,
        "requires": [
            [group.split("+") for group in value.split(",")] for name, value in attributes if name == "req"
        ],
        "excludes": [ai for name, value in attributes if name == "ex" for ai in value.split(",")],
        "qualifiers": [_ais(sequence) for sequence in keys[0].split("|")] if keys else None,
    }


def _ais(sequence: str) -> list[str]:
    return sequence.split(",") if sequence else []


def table(dictionary: str) -> str:
    """Return the whole table as JSON, one row a line so that a new release shows as a small diff."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows(dictionary))
    return f"[\n{lines}\n]\n"


def main(arguments: list[str]) -> int:
    made = table(DICTIONARY.read_text(encoding="utf-8"))
    if arguments == ["--check"]:
        return 0 if TABLE.read_text(encoding="utf-8") == made else 1
    TABLE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
