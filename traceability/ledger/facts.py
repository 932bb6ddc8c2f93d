"""What the events that made goods say of them."""

from collections.abc import Mapping, Sequence

from traceability.ledger import extensions
from traceability.proof.records import Record


def product(made: Sequence[Record]) -> Mapping[str, str]:
    """The name that the goods were given last, where they came into being. `made` is by event time."""
    names = [extensions.texts(extensions.master_data(each.event).get("guoji:name")) for each in made]
    return next((name for name in reversed(names) if name), {})


def storage_range(made: Sequence[Record]) -> tuple[float, float] | None:
    """Lowest and highest temperature (degrees Celsius) that the goods bear, as stated last."""
    ranges = [extensions.storage_range(each.event) for each in made]
    return next((stated for stated in reversed(ranges) if stated is not None), None)
