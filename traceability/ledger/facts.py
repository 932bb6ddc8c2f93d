"""Which events may say what the goods are: sound ones, of whoever made them first."""

from collections.abc import Iterator, Mapping, Sequence

from traceability.ledger import extensions
from traceability.ledger.ports import StoredEvent


def sound(events: Sequence[StoredEvent]) -> list[StoredEvent]:
    """Those that their own submitter has not declared wrong, without the declarations."""
    wrong = {each.name for each in events if "errorDeclaration" in each.event.body}
    return [each for each in events if each.name not in wrong]


def makers(events: Sequence[StoredEvent]) -> list[StoredEvent]:
    """The events that made goods, each by the party that was the first to say that it made them.

    Anybody with a token can say that they made somebody else's lot, too; being later, they do not count here.
    """
    first: dict[str, str] = {}
    for each in sorted(events, key=lambda each: (each.captured_at_ms, each.key)):
        for made in _made(each):
            first.setdefault(made, each.submitter)
    return [each for each in events if any(first[made] == each.submitter for made in _made(each))]


def product(made: Sequence[StoredEvent]) -> Mapping[str, str]:
    """The name that the goods were given last, where they came into being. `made` is by event time."""
    names = [extensions.texts(extensions.master_data(each.event).get("guoji:name")) for each in made]
    return next((name for name in reversed(names) if name), {})


def storage_range(made: Sequence[StoredEvent]) -> tuple[float, float] | None:
    """Lowest and highest temperature (degrees Celsius) that the goods bear, as stated last."""
    ranges = [extensions.storage_range(each.event) for each in made]
    return next((stated for stated in reversed(ranges) if stated is not None), None)


def _made(stored: StoredEvent) -> Iterator[str]:
    roles = stored.event.identifiers_by_role()
    yield from roles["output"]
    if stored.event.kind == "ObjectEvent" and stored.event.body.get("action") == "ADD":
        yield from roles["class"]
        yield from roles["epc"]
