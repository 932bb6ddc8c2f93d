"""JSON-LD contexts, resolved from fixed tables: no network, no JSON-LD library."""

from collections.abc import Mapping, Sequence

from traceability.epcis.vocabulary import CONTEXT_VOC
from traceability.errors import InvalidInput

ContextItem = str | Mapping[str, object]
Context = Sequence[ContextItem]
"""An effective @context: URLs and prefix tables, in order."""

_KNOWN = "one of " + ", ".join(CONTEXT_VOC)


def as_context(value: object) -> list[ContextItem]:
    """Write an `@context` member as a list; an absent one is empty. Raises `InvalidInput`."""
    if value is None:
        return []
    items = value if isinstance(value, list | tuple) else [value]
    for item in items:
        if not isinstance(item, str | Mapping):
            raise InvalidInput(f"@context holds a {type(item).__name__}, want URLs and objects")
    return list(items)


def effective_context(
    document: Mapping[str, object], event: Mapping[str, object] | None = None
) -> list[ContextItem]:
    """Give the @context that holds for `event`: the document's, then the event's own.

    For a single event, the event is the document.
    """
    own = [] if event is None else as_context(event.get("@context"))
    return as_context(document.get("@context")) + own


def prefixes(context: Context) -> dict[str, str]:
    """Collect the prefixes that a context declares itself; later ones win.

    Raises `InvalidInput` when no EPCIS context is named or a URL is not in our tables.
    """
    declared: dict[str, str] = {}
    standard = False
    for item in context:
        if not isinstance(item, str):
            declared.update(_declared(item))
        elif item in CONTEXT_VOC:
            standard = True
        else:
            raise InvalidInput(f"@context {item!r} is not one we can resolve, want {_KNOWN}")
    if not standard:
        raise InvalidInput(f"@context names no EPCIS context, want {_KNOWN}")
    return declared


def _declared(table: Mapping[str, object]) -> dict[str, str]:
    found: dict[str, str] = {}
    for prefix, meaning in table.items():
        if prefix.startswith("@"):
            continue
        namespace = meaning.get("@id") if isinstance(meaning, Mapping) else meaning
        if not isinstance(namespace, str):
            raise InvalidInput(f"@context: prefix {prefix!r} means {meaning!r:.80}, want a URI")
        found[prefix] = namespace
    return found
