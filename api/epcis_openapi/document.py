"""Makes the OpenAPI document that we serve: the official one, after each difference was applied."""

import json
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from api.epcis_openapi.difference import LEFT_OUT, Difference, Made
from api.epcis_openapi.differences import DIFFERENCES

_OFFICIAL = files(__package__) / "epcis-openapi-2.0.0.json"


@cache
def served() -> bytes:
    """The JSON text of the document."""
    return orjson.dumps(described())


def official() -> dict[str, Any]:
    """The document of GS1, unchanged."""
    document: dict[str, Any] = json.loads(_OFFICIAL.read_bytes())
    return document


def described(differences: Sequence[Difference] = DIFFERENCES) -> dict[str, Any]:
    """The official document after `differences`, and a list of them with their reasons."""
    document = official()
    for each in differences:
        apply(document, each)
    told = [{"at": "/".join(each.at), "why": each.why} for each in differences]
    return {**document, "x-differences": told}


def apply(document: dict[str, Any], difference: Difference) -> None:
    """Change `document` at every place that the difference names."""
    *above, name = difference.at
    for node in list(_places(document, above)):
        if difference.ours is LEFT_OUT:
            for member in [each for each in node if fnmatchcase(each, name)]:
                del node[member]
        else:
            node[name] = difference.ours.of(node) if isinstance(difference.ours, Made) else difference.ours


def _places(node: object, patterns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The objects below `node` that a path of patterns leads to."""
    if not isinstance(node, dict):
        return
    if not patterns:
        yield node
        return
    for name, member in node.items():
        if fnmatchcase(name, patterns[0]):
            yield from _places(member, patterns[1:])


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Path, method and description of everything that can be asked for."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield path, method, operation
