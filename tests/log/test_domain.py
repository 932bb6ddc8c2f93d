"""Domain strings: laid out as documented, and every one of them documented."""

import re
from pathlib import Path

from traceability.log.domain import prefix

ROOT = Path(__file__).parents[2]


def test_a_prefix_is_version_length_and_name():
    assert prefix("guoji/entry") == b"\x01\x0bguoji/entry"


def test_every_domain_in_the_code_stands_in_the_formats_and_no_other():
    code = "".join(path.read_text() for path in (ROOT / "traceability").rglob("*.py"))
    documented = re.findall(
        r"^\| `(guoji/[a-z-]+)` \|", (ROOT / "docs" / "formats.md").read_text(), re.MULTILINE
    )

    assert sorted(set(re.findall(r'\bprefix\("([^"]+)"\)', code))) == sorted(documented)
