"""Writes guoji-verify.pyz: `guoji verify` as one file, the same bytes wherever it is made.

Run from the top of the repository: python -m scripts.make_verifier FILE
"""

import sys
import tomllib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib.metadata import distribution
from io import BytesIO
from modulefinder import ModuleFinder
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

PROJECT = Path(__file__).parent.parent
PROGRAM = "traceability.cli.verifier"
BUNDLED = {"rfc8785": "rfc8785", "jwt": "pyjwt"}
"""Packages of plain Python that are put in, by what is imported, and from which distribution."""
LEFT_OUT = "cryptography"
"""Compiled for one kind of machine. Without it no signature is checked, and the program says so."""

MAIN = """\
# Older Pythons must be able to read this file, so that it can say what is wanted.
import sys

if sys.version_info < (3, 11):
    sys.stderr.write("guoji-verify: needs Python 3.11 or newer, this is %d.%d\\n" % sys.version_info[:2])
    sys.exit(69)

from traceability.cli.verifier import main

sys.exit(main("{version}"))
"""


def verifier() -> bytes:
    """The file: a zip archive that Python runs."""
    file = BytesIO()
    file.write(b"#!/usr/bin/env python3\n")
    with ZipFile(file, "w") as archive:
        for name, content in sorted(contents().items()):
            archive.writestr(_anywhere_alike(name), content)
    return file.getvalue()


def contents() -> Mapping[str, bytes]:
    """What is in it, by path: the program, every module it imports, their data, and the licences."""
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    ours = {str(path.relative_to(PROJECT)): path.read_bytes() for path in (PROJECT / "LICENSE", *_modules())}
    bundled = {
        str(path): path.read_binary()
        for name in BUNDLED.values()
        for path in distribution(name).files or ()
        if path.suffix == ".py" or path.name == "LICENSE"
    }
    return {"__main__.py": MAIN.format(version=version).encode(), **ours, **bundled}


def _modules() -> Iterator[Path]:
    """Of this project, with the data that lies beside a module under its name."""
    finder = ModuleFinder(path=[str(PROJECT)])
    finder.import_hook(PROGRAM)
    foreign = {name.partition(".")[0] for name in finder.badmodules} - sys.stdlib_module_names
    wanted = {*BUNDLED, LEFT_OUT}
    if foreign != wanted:
        sys.exit(f"the verifier imports {', '.join(sorted(foreign))}; want {', '.join(sorted(wanted))} alone")
    for name in finder.modules:
        place = PROJECT.joinpath(*name.split("."))
        kinds = (place / "__init__.py", place.with_suffix(".py"), place.with_suffix(".json"))
        yield from (path for path in kinds if path.is_file())


def _anywhere_alike(name: str) -> ZipInfo:
    """Without time and machine. Not compressed either: that would depend on the machine's zlib."""
    info = ZipInfo(name)
    info.compress_type = ZIP_STORED
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info


def main(path: Path) -> None:
    content = verifier()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o755)
    print(f"{path}: {len(content):,} bytes, SHA-256 {sha256(content).hexdigest()}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
