"""What is known of the lots of live rooms, read once from each trace that is made."""

from collections import OrderedDict
from collections.abc import Callable

import orjson

from api.deps import Made
from api.document import trace_document
from traceability.claims.facts import Facts
from traceability.claims.read_facts import read_facts
from traceability.ledger.trace import Trace

MOST_LOTS = 256


class LiveGoods:
    """`made`: the trace of a canonical Digital Link, the same object as long as it stands."""

    def __init__(self, made: Callable[[str], Made], most: int = MOST_LOTS) -> None:
        self._made = made
        self._most = most
        self._read: OrderedDict[str, tuple[Trace, Facts]] = OrderedDict()

    def of(self, subject: str) -> Facts:
        """Raises what `made` raises."""
        trace = self._made(subject).trace
        read = self._read.get(subject)
        if read is None or read[0] is not trace:
            # As everybody reads it, and as `guoji claims check` is given it.
            read = trace, read_facts(orjson.loads(orjson.dumps(trace_document(trace))))
            self._read[subject] = read
            if len(self._read) > self._most:
                self._read.popitem(last=False)
        return read[1]
