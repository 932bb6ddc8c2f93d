"""The CBV event hash: an identifier of an EPCIS event that outside tools can recompute."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from traceability.epcis.context import Context, prefixes
from traceability.epcis.extensions import COMMENTS, Extensions, Tree
from traceability.epcis.fields import Field, event_fields, legacy_order, without_sensor_list_word
from traceability.epcis.values import CurrentValues, LegacyValues, Values
from traceability.epcis.vocabulary import CONTEXT_VOC, OLD_VOC, STANDARD_PREFIXES, VOC
from traceability.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class EventHash:
    """The pre-hash string, which people can compare, and the `ni:` URI of its SHA-256."""

    prehash: str
    uri: str


@dataclass(frozen=True, slots=True)
class _Version:
    """What sets one behaviour found in the field apart from the others."""

    label: str
    fields: tuple[Field, ...]
    unhashed: frozenset[str]
    values: Callable[[Mapping[str, str]], Values]
    inline: bool
    """Extensions stand inside their field; otherwise at the end, each behind the path of its field."""
    at_end: frozenset[str] = frozenset()
    """Fields that fall among the extensions: a bug of release 1.9.3."""


_FIELDS = event_fields(VOC)
_UNHASHED = COMMENTS | {"type", "eventID", "recordTime", "errorDeclaration", "@context"}
_UNHASHED_NOW = _UNHASHED | {"certificationInfo"}

_VERSIONS = {
    "CBV2.0": _Version(
        "CBV2.0", without_sensor_list_word(_FIELDS), _UNHASHED_NOW, CurrentValues, inline=False
    ),
    "CBV2.1": _Version("CBV2.1", _FIELDS, _UNHASHED_NOW, CurrentValues, inline=True),
    "pypi-1.9.3": _Version(
        "CBV2.0",
        legacy_order(event_fields(OLD_VOC)),
        _UNHASHED,
        LegacyValues,
        inline=True,
        at_end=frozenset({"bizTransactionList", "sourceList", "destinationList"}),
    ),
}
VERSIONS = tuple(_VERSIONS)
"""The behaviours we can compute. The last is what PyPI's release does while it says CBV2.0."""


def event_hash(event: Mapping[str, object], context: Context, version: str = "CBV2.0") -> EventHash:
    """Compute the CBV event hash of one event under its effective @context.

    The hash is not injective and leaves fields out: it names an event, it does not commit to it.
    Raises `InvalidInput` for an unknown version, for a context we cannot resolve, and for what the
    rules cannot read.
    """
    rules = _VERSIONS.get(version)
    if rules is None:
        raise InvalidInput(f"hash version {version!r:.40}, want {', '.join(VERSIONS)}")
    kind = event.get("type")
    if not isinstance(kind, str):
        raise InvalidInput(f"event has type {kind!r:.40}, want the name of an event type")
    prehash = f"eventType={kind}" + _Writer(rules, _namespaces(context, rules)).event(event)
    try:
        digest = hashlib.sha256(prehash.encode()).hexdigest()
    except UnicodeEncodeError as error:
        raise InvalidInput("event holds half of a surrogate pair, want whole characters") from error
    return EventHash(prehash, f"ni:///sha-256;{digest}?ver={rules.label}")


def _namespaces(context: Context, rules: _Version) -> dict[str, str]:
    declared = prefixes(context)
    if rules.values is CurrentValues:
        return {**STANDARD_PREFIXES, **declared, "gs1": VOC}
    for url in context:
        if isinstance(url, str) and CONTEXT_VOC[url] != OLD_VOC:
            raise InvalidInput(f"release 1.9.3 does not know the context {url}")
    return declared


class _Writer:
    """Writes one event by the rules of one version."""

    def __init__(self, rules: _Version, namespaces: Mapping[str, str]) -> None:
        self._rules = rules
        self._values = rules.values(namespaces)
        self._extensions = Extensions(
            self._values, namespaces, undeclared_as_text=rules.values is LegacyValues
        )

    def event(self, event: Mapping[str, object]) -> str:
        rest = {name: value for name, value in event.items() if name not in self._rules.unhashed}
        standard: list[str] = []
        inside: list[str] = []
        at_end: list[str] = []
        for field in self._rules.fields:
            value = rest.pop(field.name, None)
            if value is not None:
                text, extensions = self._field(field, value)
                (at_end if field.name in self._rules.at_end else standard).append(text)
                inside.append(extensions)
        if self._rules.inline:
            tail = sorted(at_end + self._extensions.members(rest))
        else:
            ilmd = self._extensions.member("ilmd", rest.pop("ilmd")) if "ilmd" in rest else []
            tail = ilmd + inside + self._extensions.members(rest)
        return "".join(standard + tail)

    def _field(self, field: Field, value: object) -> tuple[str, str]:
        """Write a field, and apart from it the extensions inside that belong at the end of the event."""
        member = field.element or field
        if isinstance(value, list):
            text, extensions = self._members(member, value)
        elif isinstance(value, dict) and member.children:
            text, extensions = self._node(member, value)
        else:
            text, extensions = self._leaf(member, value), ""
        word = field.word
        return word + text if text else "", word + extensions if extensions else ""

    def _members(self, field: Field, items: list[object]) -> tuple[str, str]:
        written = [self._field(field, item) for item in items]
        extended = [(item, inside) for item, (_, inside) in zip(items, written, strict=True) if inside]
        if len(extended) > 1:
            extended.sort(key=self._raw_order)
        return "".join(sorted(text for text, _ in written)), "".join(inside for _, inside in extended)

    def _raw_order(self, extended: tuple[object, str]) -> Tree:
        node, _ = extended
        return self._extensions.raw_order(node) if isinstance(node, dict) else []

    def _node(self, field: Field, node: dict[str, object]) -> tuple[str, str]:
        standard: list[str] = []
        inside: list[str] = []
        found = 0
        for child in field.children:
            value = node.get(child.name)
            if value is None:
                continue
            found += 1
            if child.children or isinstance(value, list):
                text, extensions = self._field(child, value)
                inside.append(extensions)
            else:
                text = self._leaf(child, value)
            standard.append(text)
        if found < len(node):
            # A bare name that is not in the order, such as bizRules of a report, is not hashed here.
            members = self._extensions.members({key: value for key, value in node.items() if ":" in key})
            (standard if self._rules.inline else inside).extend(members)
        written, extended = "".join(standard), "".join(inside)
        return field.name + written if written else "", field.name + extended if extended else ""

    def _leaf(self, field: Field, value: object) -> str:
        if isinstance(value, str):
            if field.words is not None and value in field.words:
                return f"{field.name}={field.words[value]}"
            text = self._values.time(value.strip()) if field.time else self._values.text(value)
        elif isinstance(value, dict | list):
            raise InvalidInput(f"{field.name} holds a {type(value).__name__}, want one value")
        else:
            text = self._values.text(value)
        return f"{field.name}={text}" if text else ""
