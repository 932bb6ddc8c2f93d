"""Labels as files: as many as one is too large for, each whole or not there."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from traceability.disk import writing
from traceability.errors import InvalidInput
from traceability.labels import sheet, svg, table, zpl
from traceability.labels.label import LabelText
from traceability.labels.layout import Layout
from traceability.labels.place import place
from traceability.labels.symbol import symbol
from traceability.labels.zpl import Printer

MOST = 100_000
"""Labels of one order."""


@dataclass(frozen=True, slots=True)
class Format:
    ending: str
    """Of the names of its files."""
    a_file: int
    """Labels; what is made at once is held in memory."""
    made: Callable[[Sequence[LabelText], Layout, Printer], bytes]


def _pdf(labels: Sequence[LabelText], layout: Layout, _printer: Printer) -> bytes:
    placed = [place(each, symbol(each.uri), layout) for each in labels]
    return sheet.to_pdf(placed, layout, f"{labels[0].lot} {labels[0].number}-{labels[-1].number}")


def _zpl(labels: Sequence[LabelText], layout: Layout, printer: Printer) -> bytes:
    return "".join(zpl.to_zpl(labels, layout, printer)).encode()


FORMATS: Mapping[str, Format] = {
    "pdf": Format(".pdf", sheet.A_FILE, _pdf),
    "zpl": Format(".zpl", 10_000, _zpl),
    "svg": Format(".zip", 10_000, lambda labels, layout, _: svg.to_zip(labels, layout)),
    "csv": Format(".csv", MOST, lambda labels, _, __: table.to_table(labels)),
}


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be made of labels."""

    format: str
    """A key of `FORMATS`."""
    layout: Layout
    printer: Printer
    output: Path
    may_replace: bool = False

    def check(self, numbers: Sequence[int], sample: LabelText) -> None:
        """Before any code is issued: whether labels like `sample` can be made, and their files written.

        Raises `InvalidInput` otherwise.
        """
        ending = FORMATS[self.format].ending
        if self.output.suffix.lower() != ending:
            raise InvalidInput(
                f"{self.output.name} is no name for {self.format}, want one ending in {ending}"
            )
        if not self.output.parent.is_dir():
            raise InvalidInput(f"there is no folder {self.output.parent}")
        for file, _ in self.files(numbers):
            if file.exists() and not self.may_replace:
                raise InvalidInput(f"{file} is there already, want another name or --force")
        FORMATS[self.format].made([sample], self.layout, self.printer)

    def files(self, numbers: Sequence[int]) -> list[tuple[Path, Sequence[int]]]:
        """Which labels go into which file: whole pages, and names that say which if there are several."""
        a_page = self.layout.a_page
        a_file = max(FORMATS[self.format].a_file // a_page, 1) * a_page
        parts = [numbers[start : start + a_file] for start in range(0, len(numbers), a_file)]
        if len(parts) == 1:
            return [(self.output, numbers)]
        stem = self.output.stem
        return [(self.output.with_stem(f"{stem}-{part[0]:06}-{part[-1]:06}"), part) for part in parts]

    def write(self, labels: Sequence[LabelText]) -> Iterator[tuple[Path, int]]:
        """Yields each file once it is there, with its count of labels."""
        rest = iter(labels)
        for file, part in self.files([each.number for each in labels]):
            mine = [next(rest) for _ in part]
            _write(file, FORMATS[self.format].made(mine, self.layout, self.printer))
            yield file, len(mine)


def _write(file: Path, content: bytes) -> None:
    unfinished = file.with_name(f".{file.name}.unfinished")
    with writing(file):
        try:
            # Whoever reads it can print the same labels, and the codes under their foils.
            owner_only = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(owner_only, "wb") as stream:
                stream.write(content)
                os.fsync(stream.fileno())
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)
