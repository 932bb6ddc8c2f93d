"""Put events that came in different documents under one @context."""

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from traceability.epcis.context import ContextItem, as_context
from traceability.epcis.event import Event
from traceability.epcis.vocabulary import STANDARD_CONTEXT


def in_shared_context(events: Sequence[Event]) -> tuple[list[dict[str, Any]], list[ContextItem]]:
    """The bodies, and the context that they share; what one has beyond it stands in itself."""
    around = [_around(each) for each in events]
    shared = _shared([context for context in around if context]) or [STANDARD_CONTEXT]
    bodies = [_body(each.body, context, shared) for each, context in zip(events, around, strict=True)]
    return bodies, shared


def _around(event: Event) -> list[ContextItem]:
    """The context that came with the event's document, without what the event brought itself."""
    own = as_context(event.body.get("@context"))
    return event.context[: len(event.context) - len(own)]


def _shared(contexts: Sequence[Sequence[ContextItem]]) -> list[ContextItem]:
    places = zip(*contexts, strict=False)
    return [items[0] for items in takewhile(lambda items: all(each == items[0] for each in items), places)]


def _body(
    body: Mapping[str, Any], around: list[ContextItem], shared: Sequence[ContextItem]
) -> dict[str, Any]:
    more = around[len(shared) :] if around[: len(shared)] == shared else around
    return {**body, "@context": more + as_context(body.get("@context"))} if more else dict(body)
