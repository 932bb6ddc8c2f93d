"""What receipts promised the devices, compared with what the store holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Self

from sqlalchemy import Engine, func, select

from bench.durability.journal import Told, read
from traceability.log.note import NoteVerifier
from traceability.store.readings import conflict, quarantine, reading
from traceability.telemetry.receipt import Receipt, open_receipt
from traceability.telemetry.runs import START, Accounted, Run, Status, chained


@dataclass(frozen=True, slots=True)
class Account:
    """Counts of readings, unless said otherwise."""

    sent: int = 0
    acknowledged: int = 0
    """By the broker."""
    receipted: int = 0
    lost: int = 0
    """Receipted, and not stored, or not byte for byte."""
    twice: int = 0
    """Stored more than once, kept as a conflict with itself, or quarantined though sound."""
    unsent: int = 0
    """Stored, and never sent."""
    unsettled: int = 0
    """Sent, not covered by a receipt at the end, though the device was alive until then."""
    receipts: int = 0
    """Notes. Each was verified with the gateway's key."""
    odd_chains: int = 0
    """Runs in receipts whose digest does not come out of what is stored."""

    def plus(self, other: Self) -> "Account":
        return Account(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @property
    def broken(self) -> int:
        """0, or a promise was broken."""
        return self.lost + self.twice + self.unsent + self.unsettled + self.odd_chains


def account(engine: Engine, journals: Mapping[str, Iterable[Path]], gateway: NoteVerifier) -> Account:
    """Over all devices. Raises `CheckFailed` for a receipt that the gateway did not sign."""
    total = Account()
    for alias, files in journals.items():
        by_epoch, notes = read(files)
        receipts = [open_receipt(note, [gateway]) for note in notes]
        last = max(by_epoch, default=0)
        for epoch, told in by_epoch.items():
            of_epoch = [each for each in receipts if each.runs is not None and each.runs.epoch == epoch]
            total = total.plus(_of_epoch(engine, alias, epoch, told, of_epoch, is_last=epoch == last))
    return total


def _of_epoch(
    engine: Engine, alias: str, epoch: int, told: Told, receipts: list[Receipt], *, is_last: bool
) -> Account:
    rows = _stored(engine, alias, epoch)
    stored = dict(rows)
    runs = [run for each in receipts if each.runs is not None for run in each.runs.all]
    receipted = {number for run in set(runs) for number in range(run.first, run.last + 1)}
    return Account(
        sent=len(told.sent),
        acknowledged=len(told.acknowledged),
        receipted=len(receipted),
        lost=sum(
            stored.get(number) is None or stored[number] != told.sent.get(number) for number in receipted
        ),
        twice=len(rows) - len(stored) + _beside(engine, alias, epoch),
        unsent=len(stored.keys() - told.sent.keys()),
        unsettled=len(told.sent.keys() - receipted) if is_last else 0,
        receipts=len(receipts),
        odd_chains=_odd_chains(runs, stored),
    )


def _stored(engine: Engine, alias: str, epoch: int) -> list[tuple[int, bytes]]:
    mine = select(reading.c.sequence, reading.c.payload).where(
        reading.c.device == alias, reading.c.epoch == epoch
    )
    with engine.connect() as connection:
        return [(row.sequence, row.payload) for row in connection.execute(mine)]


def _beside(engine: Engine, alias: str, epoch: int) -> int:
    """Messages that are kept in other places than among the readings."""
    with engine.connect() as connection:
        return sum(
            connection.execute(
                select(func.count()).select_from(table).where(table.c.device == alias, table.c.epoch == epoch)
            ).scalar_one()
            for table in (conflict, quarantine)
        )


def _odd_chains(runs: list[Run], stored: Mapping[int, bytes]) -> int:
    by_first: dict[int, set[tuple[int, bytes]]] = {}
    for run in runs:
        if run.first <= run.last:
            by_first.setdefault(run.first, set()).add((run.last, run.chain))
    odd = 0
    for first, stated in by_first.items():
        chain, computed, number = START, {}, first
        while number in stored:
            chain = chained(chain, Accounted(number, Status.HELD, sha256(stored[number]).digest()))
            computed[number] = chain
            number += 1
        odd += sum(computed.get(last) != digest for last, digest in stated)
    return odd
