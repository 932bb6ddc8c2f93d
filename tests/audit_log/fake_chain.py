"""A chain endpoint that says what a test wants it to have taken."""

from traceability.errors import ChainUnavailable
from traceability.proof.chain_reader import Appended, Head

CONTRACT = "0x" + "11" * 20


class FakeChain:
    def __init__(self, *taken: Appended, name="a", final=100, widest=10**9):
        self.taken = list(taken)
        self.name = name
        self.final = final
        self.widest = widest
        """Blocks that it looks through at once."""
        self.asked = []
        self.away = False

    def take(self, block, size, root):
        self.taken.append(Appended(block, size, root))

    def chain_id(self):
        if self.away:
            raise ChainUnavailable(f"chain at {self.name}: connection refused")
        return 7

    def finalized_block_number(self, rule):
        return self.final

    def head(self, contract, log_id):
        newest = max(self.taken, key=lambda each: each.block_number, default=None)
        return Head(0, bytes(32)) if newest is None else Head(newest.size, newest.root)

    def history(self, contract, log_id, first_block, last_block):
        self.asked.append((first_block, last_block))
        if last_block - first_block >= self.widest:
            raise ChainUnavailable(f"chain at {self.name}: block range too wide")
        assert contract == CONTRACT
        return tuple(each for each in self.taken if first_block <= each.block_number <= last_block)
