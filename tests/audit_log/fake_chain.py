"""A chain endpoint that says what a test wants it to have taken."""

from collections import defaultdict
from datetime import UTC, datetime

from tests.audit_log.log_folder import VERIFIER
from traceability.errors import ChainUnavailable
from traceability.log.checkpoint import log_id
from traceability.proof.chain_reader import CHECKPOINT_APPENDED, Appended, Block, ContractEvent, Head, Receipt

CONTRACT = "0x" + "11" * 20


def id_of(log):
    return log_id(log.name, log.public_key)


def hash_of(block):
    """Of the block, and of the only transaction in it."""
    return f"0x{block:064x}"


class FakeChain:
    def __init__(self, *taken: Appended, name="a", final=100, widest=10**9):
        self._logs = defaultdict(list)
        self.taken = self._logs[id_of(VERIFIER)]
        self.taken += taken
        self.name = name
        self.final = final
        self.widest = widest
        """Blocks that it looks through at once."""
        self.asked = []
        self.away = False
        self._before = {}

    def take(self, block, size, root, log=VERIFIER):
        self._logs[id_of(log)].append(Appended(block, size, root))

    def hold(self, log):
        """Just this, as a log folder has it."""
        self.taken[:] = [Appended(5, log.size, log.checkpoint.root)]

    def succeed(self, old, new):
        self._before[id_of(new)] = id_of(old)

    def chain_id(self):
        if self.away:
            raise ChainUnavailable(f"chain at {self.name}: connection refused")
        return 7

    def finalized_block_number(self, rule):
        return self.final

    def block(self, number):
        return Block(hash_of(number), datetime.fromtimestamp(number, UTC))

    def receipt(self, tx_hash):
        block = int(tx_hash, 16)
        events = [
            ContractEvent(CONTRACT, (CHECKPOINT_APPENDED, log), each.size.to_bytes(32) + each.root)
            for log, taken in self._logs.items()
            for each in taken
            if each.block_number == block
        ]
        return Receipt(True, block, hash_of(block), tuple(events)) if events else None

    def predecessor(self, contract, log_id):
        return self._before.get(log_id, bytes(32))

    def head(self, contract, log_id):
        newest = max(self._logs[log_id], key=lambda each: each.block_number, default=None)
        return Head(0, bytes(32)) if newest is None else Head(newest.size, newest.root)

    def history(self, contract, log_id, first_block, last_block):
        self.asked.append((first_block, last_block))
        if last_block - first_block >= self.widest:
            raise ChainUnavailable(f"chain at {self.name}: block range too wide")
        assert contract == CONTRACT
        return tuple(each for each in self._logs[log_id] if first_block <= each.block_number <= last_block)
