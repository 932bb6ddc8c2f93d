"""An endpoint that answers what a proof vector says."""

from datetime import UTC, datetime

from traceability.errors import ChainUnavailable
from traceability.proof.chain_reader import Block, ContractEvent, Head, Receipt


class RecordedChain:
    """An endpoint that answers what a vector says; counts the questions."""

    def __init__(self, answers):
        self.name = answers["name"]
        self._answers = answers
        self.asked = 0

    def chain_id(self):
        return self._answer("chain_id")

    def receipt(self, tx_hash):
        found = self._answer("receipts").get(tx_hash)
        return (
            None if found is None else Receipt(**{**found, "events": tuple(map(an_event, found["events"]))})
        )

    def block(self, number):
        found = self._answer("blocks").get(str(number))
        return (
            None if found is None else Block(found["hash"], datetime.fromtimestamp(found["mined_at_s"], UTC))
        )

    def finalized_block_number(self, rule):
        final = self._answer("finalized")
        return final if rule.confirmations is None else final + 2 - rule.confirmations

    def head(self, contract, log_id):
        every = self._answer("head")
        head = self._answers.get("heads", {}).get(log_id.hex(), every)
        return Head(head["size"], bytes.fromhex(head["root"]))

    def predecessor(self, contract, log_id):
        return bytes.fromhex(self._answers.get("predecessors", {}).get(log_id.hex(), "00" * 32))

    def _answer(self, what):
        self.asked += 1
        if self._answers.get("away"):
            raise ChainUnavailable(f"chain at {self.name}: connection refused")
        return self._answers[what]


def an_event(event):
    topics = tuple(bytes.fromhex(topic) for topic in event["topics"])
    return ContractEvent(event["address"], topics, bytes.fromhex(event["data"]))
