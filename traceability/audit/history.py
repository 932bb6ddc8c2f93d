"""Compare what the contract ever took of a log, and holds now, with the roots of its entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from traceability.audit.checkpoints import SeenCheckpoints
from traceability.audit.finding import Found, Kind
from traceability.audit.state import State
from traceability.errors import CheckFailed, Unavailable
from traceability.log.checkpoint import log_id
from traceability.log.merkle import EMPTY_ROOT
from traceability.log.note import NoteVerifier
from traceability.log.text import to_hex
from traceability.proof.anchor import agreed, check_chain
from traceability.proof.chain_reader import Appended, ChainReader
from traceability.proof.trust import TrustPolicy

FEWEST_BLOCKS = 1_000
"""An endpoint that does not answer for so few blocks is away. Most refuse wide ranges at some width."""


class HistoryReader(ChainReader, Protocol):
    def history(
        self, contract: str, log_id: bytes, first_block: int, last_block: int
    ) -> tuple[Appended, ...]:
        """What the contract took of this log in blocks [first_block, last_block], in order."""


@dataclass(slots=True)
class ChainHistory:
    policy: TrustPolicy
    chains: Sequence[HistoryReader]
    state: State
    size: int
    """How many entries are mirrored."""
    seen: SeenCheckpoints
    found: Found

    def check(self, log: NoteVerifier) -> int:
        """How many entries the contract holds, under whichever key.

        Raises `Unavailable` if the endpoints do not answer, or not alike.
        """
        if self.policy.chain_id is None or self.policy.contract is None:
            raise Unavailable("the trust policy names no chain")
        final = self._final_block()
        # A log that went on under another key has a history under each.
        keys = [key for key in self.policy.logs if key.name == log.name]
        return max(self._check_log(log_id(key.name, key.public_key), final) for key in keys)

    def _check_log(self, log: bytes, final: int) -> int:
        name = f"chain {self.policy.chain_id} {self.policy.contract} {to_hex(log)}"
        through, count, size, root = self.state.get(name) or (-1, 0, 0, EMPTY_ROOT.hex())
        last = Appended(through, size, bytes.fromhex(root))
        before = self.found.count
        for event in self._events(log, through + 1, final):
            self._check_event(last, event)
            last, count = event, count + 1
        held = self._check_head(log, last)
        self.found.checked.append(
            f"chain: {count} checkpoints through block {final}, the contract holds {held} entries"
        )
        self._check_not_ended(log, last.size)
        if held <= self.size:
            self.seen.check_end(held)
        if held > self.size:
            self._check_not_ahead(held, last)
        elif self.found.count == before:
            self.state.put(name, (final, count, last.size, last.root.hex()))
            self.state.commit()
        return held

    def _check_not_ended(self, log: bytes, size: int) -> None:
        end = self.seen.ends.get(log, size)
        if size > end:
            detail = f"the contract took it under a key whose last one, an entry says, is of {end}"
            self.found.untrue(Kind.CHAIN, f"size {size}", detail)

    def _check_event(self, before: Appended, event: Appended) -> None:
        where = f"size {event.size}, block {event.block_number}"
        if event.size <= before.size:
            self.found.untrue(Kind.CHAIN, where, f"the contract took it after {before.size} entries")
        try:
            self._check_held(event.size, event.root)
            if event.size <= self.size:
                self.seen.check_end(event.size)
        except CheckFailed as error:
            self.found.untrue(Kind.CHAIN, where, error)

    def _check_held(self, size: int, root: bytes) -> None:
        if size <= self.size:
            ours = self.seen.root_at(size)
            if ours != root:
                raise CheckFailed(f"the contract has the root {root.hex()}, the entries served {ours.hex()}")

    def _check_head(self, log: bytes, last: Appended) -> int:
        """The size of the contract's head: that of the last event, or a newer one that is not final yet."""
        sizes = []

        def ask(chain: HistoryReader) -> None:
            self._check_not_behind(chain, last.block_number)
            head = chain.head(str(self.policy.contract), log)
            if head.size < last.size or (head.size == last.size > 0 and head.root != last.root):
                raise CheckFailed(
                    f"{head.size} entries with the root {head.root.hex()}, "
                    f"the last event says {last.size} with {last.root.hex()}"
                )
            if head.size > last.size:
                self._check_held(head.size, head.root)
            sizes.append(head.size)

        try:
            agreed(self.policy, self.chains, ask)
        except CheckFailed as error:
            self.found.untrue(Kind.CHAIN, "head of the contract", error)
            return last.size
        return sorted(sizes, reverse=True)[self.policy.agree - 1]

    def _check_not_ahead(self, held: int, last: Appended) -> None:
        # What is final is older than any cache on the way should be.
        signed = self.seen.signed_size()
        holds = f"the contract holds {held} entries, the log serves {signed}"
        if held <= signed:
            self.found.not_checked(f"chain: what the contract holds above {self.size} mirrored entries")
        elif last.size == held:
            self.found.untrue(Kind.ROLLBACK, f"size {held}", f"{holds}: rolled back?")
        else:
            self.found.not_checked(f"chain: {holds}, in a block that is not final yet")

    def _events(self, log: bytes, first: int, final: int) -> list[Appended]:
        events: list[Appended] = []
        width = final - first + 1
        while first <= final:
            last = min(first + width - 1, final)
            try:
                events += agreed(
                    self.policy, self.chains, partial(self._part, log=log, first=first, last=last)
                )
            except Unavailable:
                if width <= FEWEST_BLOCKS:
                    raise
                width = max(width // 8, FEWEST_BLOCKS)
                continue
            first, width = last + 1, 2 * width
        return events

    def _part(self, chain: HistoryReader, log: bytes, first: int, last: int) -> tuple[Appended, ...]:
        self._check_not_behind(chain, last)
        return chain.history(str(self.policy.contract), log, first, last)

    def _check_not_behind(self, chain: HistoryReader, block: int) -> None:
        if chain.finalized_block_number(self.policy.finality) < block:
            raise Unavailable(f"its block {block} is not {self.policy.finality} yet")

    def _final_block(self) -> int:
        """The newest block that as many endpoints as the policy wants call final."""
        final: dict[str, int] = {}
        silent = "; no chain endpoint was given" if not self.chains else ""
        for chain in self.chains:
            try:
                check_chain(chain, self.policy)
                final[chain.name] = chain.finalized_block_number(self.policy.finality)
            except Unavailable as error:
                silent += f"; {chain.name}: {error}"
        if len(final) < self.policy.agree:
            raise Unavailable(f"{len(final)} endpoints answer, want {self.policy.agree}{silent}")
        return sorted(final.values(), reverse=True)[self.policy.agree - 1]
