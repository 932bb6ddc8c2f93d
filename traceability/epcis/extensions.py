"""How the event hash writes ilmd and extension fields, which have no fixed order."""

from collections.abc import Mapping
from dataclasses import dataclass

from traceability.epcis.values import Values
from traceability.errors import InvalidInput

COMMENTS = frozenset({"#text", "comment", "rdfs:comment"})
"""Never hashed as members; `#text` is the text of the object that holds it."""

Tree = list[tuple[str, str, "Tree"]]
"""Name, text and members of each member of an object."""


@dataclass(frozen=True, slots=True)
class Extensions:
    """Writes extension members under one context."""

    values: Values
    namespaces: Mapping[str, str]
    undeclared_as_text: bool
    """Release 1.9.3 leaves a prefix it does not know as it stands."""

    def members(self, node: Mapping[str, object]) -> list[str]:
        """Write each member of an object, in code-point order of what is written."""
        written: list[str] = []
        for key, value in node.items():
            if key not in COMMENTS:
                written += self.member(key, value)
        return sorted(written)

    def member(self, key: str, value: object) -> list[str]:
        """Write one member: several pieces when it is an array, since each repeats the key."""
        return self._pieces(self._name(key), value)

    def raw_order(self, node: Mapping[str, object]) -> Tree:
        """Give a sort key for objects of one list, which the reference orders by their raw members."""
        tree: Tree = []
        for key, value in node.items():
            if key in COMMENTS:
                continue
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, dict):
                    tree.append((self._name(key), str(item.get("#text", "")), self.raw_order(item)))
                else:
                    tree.append((self._name(key), str(item), []))
        return sorted(tree)

    def _pieces(self, name: str, value: object) -> list[str]:
        items = value if isinstance(value, list) else [value]
        if not name.endswith("List"):
            return [self._piece(name, item) for item in items]
        # The reference takes any name in -List for a list of what stands before that word.
        pieces = sorted(self._piece(name.removesuffix("List"), item) for item in items)
        return [name + "".join(pieces)] if pieces else []

    def _piece(self, name: str, item: object) -> str:
        if isinstance(item, dict):
            return self._leaf(name, item.get("#text", "")) + "".join(self.members(item))
        if isinstance(item, list):
            return name + "".join(sorted(self._pieces("", item)))
        return self._leaf(name, item)

    def _leaf(self, name: str, value: object) -> str:
        text = self.values.text(value)
        return f"{name}={text}" if text else name

    def _name(self, key: str) -> str:
        prefix, colon, local = key.partition(":")
        if not colon:
            return key
        if prefix in self.namespaces:
            return f"{{{self.namespaces[prefix]}}}{local}"
        if self.undeclared_as_text or local.startswith("//"):
            return key
        raise InvalidInput(f"@context does not declare the prefix of {key!r:.80}")
