"""The parts of an XLSX file, element by element, and no more of them than we have time and memory for."""

import zipfile
from collections.abc import Callable, Collection, Mapping
from xml.etree import ElementTree as Xml

from traceability.errors import InvalidInput
from traceability.sheets import cell

_MOST_HELD = 100_000
"""Elements in memory at a time: a cell, a text and a list of styles have fewer."""
_DEEPEST = 50
"""Elements within each other. A formatted text in a cell is 8 deep."""
_A_CELL = 4
"""Elements: itself, its value, and the text that it shares."""

Began = Callable[[str, Mapping[str, str]], None]
"""Takes the name and the attributes of an element that begins."""


class Parts:
    def __init__(self, file: zipfile.ZipFile, most_cells: int) -> None:
        self._file = file
        self._bytes_left = cell.MOST_BYTES
        self.most_elements = self._elements_left = most_cells * _A_CELL

    def __contains__(self, path: str) -> bool:
        return path in self._file.namelist()

    def each(self, path: str, *names: str) -> list[Xml.Element]:
        """The elements of these names in a small part; none where the part is missing."""
        found: list[Xml.Element] = []

        def keep(element: Xml.Element) -> None:
            if len(found) == _MOST_HELD:
                raise InvalidInput(f"{path} has more than {_MOST_HELD} of {' and '.join(names)}")
            found.append(element)

        if path in self:
            self.walk(path, names, keep)
        return found

    def walk(
        self,
        path: str,
        names: Collection[str],
        take: Callable[[Xml.Element], None],
        began: Began = lambda _name, _attributes: None,
    ) -> None:
        """Hand on each element of these names as it ends, and tell of others, around them, as they begin.

        Names are without their namespace: programs write one of two. Raises `InvalidInput`, `ParseError`.
        """
        parser = Xml.XMLParser(target=_Walk(self, path, names, take, began))  # noqa: S314 - no document type
        # At once: in pieces, each would begin anew with an element that has not ended yet.
        parser.feed(self._text(path))
        parser.close()

    def count(self) -> None:
        """One element more. Raises `InvalidInput`."""
        self._elements_left -= 1
        if self._elements_left < 0:
            raise InvalidInput(f"XLSX file has more than {self.most_elements} elements, want a smaller sheet")

    def _text(self, path: str) -> bytes:
        size = self._file.getinfo(path).file_size
        if size > self._bytes_left:
            raise InvalidInput(
                f"{path} has {size} bytes, want at most {self._bytes_left}: {cell.MOST_BYTES} for all parts"
            )
        self._bytes_left -= size
        text = self._file.read(path)
        # A zero byte: UTF-16, in which the words could hide.
        if b"<!DOCTYPE" in text or b"\0" in text:
            raise InvalidInput(f"{path} declares a document type or is not UTF-8, want a plain sheet")
        return text


class _Walk:
    """What the parser calls; it keeps nothing but the element that it is in."""

    def __init__(
        self,
        parts: Parts,
        path: str,
        names: Collection[str],
        take: Callable[[Xml.Element], None],
        began: Began,
    ) -> None:
        self._parts, self._path, self._names, self._take, self._began = parts, path, names, take, began
        self._depth = self._within = self._held = 0
        self._builder = Xml.TreeBuilder()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._parts.count()
        self._depth += 1
        if self._depth > _DEEPEST:
            raise InvalidInput(f"{self._path} has more than {_DEEPEST} elements within each other")
        name = local(tag)
        if not self._within and name not in self._names:
            self._began(name, attributes)
            return
        self._within += 1
        self._held += 1
        if self._held > _MOST_HELD:
            raise InvalidInput(f"{self._path} has more than {_MOST_HELD} elements in one, want a plain sheet")
        self._builder.start(name, attributes)

    def data(self, text: str) -> None:
        if self._within:
            self._builder.data(text)

    def end(self, tag: str) -> None:
        self._depth -= 1
        if not self._within:
            return
        self._within -= 1
        self._builder.end(local(tag))
        if not self._within:
            element, self._builder, self._held = self._builder.close(), Xml.TreeBuilder(), 0
            self._take(element)

    def close(self) -> None:
        """The parser asks for it."""


def local(name: str) -> str:
    """Of a tag or an attribute, without its namespace."""
    return name.rpartition("}")[2]
