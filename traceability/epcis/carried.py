"""What a credential that an event carries for ever has to be like: our form, and with nobody's telephone."""

from collections.abc import Iterator

from traceability.epcis.compact_jws import CompactJws
from traceability.epcis.personal import in_clear
from traceability.errors import InvalidInput

CARRIED = frozenset({"guoji:credential", "guoji:statusList"})


def carried_problems(value: object) -> Iterator[str]:
    """Why a field of `CARRIED` is refused. Who signed it, and whether it holds, is asked when it is read."""
    if not isinstance(value, str):
        yield f"found {value!r:.60}, want a credential as text"
        return
    try:
        jws = CompactJws.parse(value)
    except InvalidInput as error:
        yield f"{error}; want a credential as docs/laboratories.md says"
        return
    for found in _personal(jws.payload):
        yield f"found {found} in the credential, want it left out: an event cannot be taken back"


def _personal(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, member in value.items():
            if (found := in_clear(name, member)) is not None:
                yield found
            yield from _personal(member)
    elif isinstance(value, list):
        for item in value:
            yield from _personal(item)
