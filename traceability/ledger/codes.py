"""Item codes: issued once they are committed to, given out again, made active, withdrawn, and proved."""

import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from traceability.errors import InvalidInput, NotAuthorised, NotInLogYet, Unknown
from traceability.gs1 import digital_link
from traceability.ledger.capture import as_stored, capture
from traceability.ledger.codes_active import Activation, activations
from traceability.ledger.codes_events import Labelling, activating, content_of, issuing
from traceability.ledger.codes_gtins import Gtins
from traceability.ledger.codes_issue import (
    Wanted,
    are_beside_others,
    draw,
    leaves_of,
    most_codes,
    who_may_activate,
)
from traceability.ledger.codes_room import check_goods
from traceability.ledger.codes_store import Code, CodeStore, KeptSet, NewSet
from traceability.ledger.grant import CAPTURE, Grant
from traceability.ledger.over_issue import OverIssue
from traceability.ledger.parties import Register
from traceability.ledger.permission import Permission
from traceability.ledger.ports import EventStore
from traceability.ledger.prove import Prover
from traceability.log import tiles
from traceability.log.merkle import root_of
from traceability.proof.code import IssuedCodes, code_salt
from traceability.proof.code_file import CodeProof, to_bytes

A_CHUNK = 100
"""Codes that one event makes active: it stands whole in the proof of each of them."""
_SECRET_BYTES = 32
_NONCE_BYTES = 16


@dataclass(frozen=True, slots=True)
class CodeSet:
    """Codes that may be printed: their root is committed to."""

    kept: KeptSet
    serials: tuple[str, ...]
    """AI 21, in their order, without those that were withdrawn."""

    @property
    def gtin(self) -> str:
        return self.kept.new.gtin

    @property
    def lot(self) -> str:
        """Canonical Digital Link."""
        return self.kept.lot

    @property
    def root(self) -> bytes:
        return self.kept.new.root

    @property
    def event_key(self) -> str:
        """Of the event that commits to the root."""
        return self.kept.event_key


@dataclass(frozen=True, slots=True)
class CodeStatus:
    code: Code
    """With its set: when it was issued, for which lot, and whether it was withdrawn."""
    activation: Activation | None
    """None while no event brought what bears it into being."""


@dataclass(frozen=True, slots=True)
class Codes:
    store: CodeStore
    events: EventStore
    register: Callable[[], Register]
    permission: Permission
    prover: Prover
    key: Callable[[], bytes]
    """Of the serials' check (gs1/serials.py)."""
    gtins: Gtins
    now: Callable[[], datetime]
    random: Callable[[int], bytes] = field(default=secrets.token_bytes)

    def issues_for(self, gtin: str) -> bool:
        """Whether all serials of this GTIN are made here, so that one that fails its check is forged."""
        return self.gtins.are_all_ours(gtin)

    def issue(self, wanted: Wanted) -> CodeSet:
        """Draw codes and commit to them.

        Raises `InvalidInput` for more than the lot can bear, or if nobody recorded how much there is of it;
        `NotAuthorised` for a party that may not bring these goods into being.
        """
        may_activate = who_may_activate(wanted, self.register())
        beside_others = are_beside_others(wanted, self.store)
        most, uom = most_codes(wanted, self.store, self.events)
        drawn = draw(wanted, self.key(), self.random, self.store)
        secret, now_ms, at = self.random(_SECRET_BYTES), self._now_ms(), wanted.at or self.now()
        leaves = leaves_of(wanted, drawn, secret)
        root, each = root_of(leaves), None if wanted.each is None else str(wanted.each)
        new = NewSet(wanted.gtin, wanted.lot, wanted.party, root, secret, each, uom, beside_others, now_ms)
        said = IssuedCodes(wanted.party, wanted.lot, root, wanted.count, may_activate, content_of(new))
        event = as_stored(issuing(said, at), wanted.party, now_ms, self.random(_NONCE_BYTES))
        # Set, codes and event are one commit, and before it nobody has seen a code. A crash before it leaves
        # nothing, and codes that nobody will ever see. A crash after it, wherever, leaves a set that `sets`
        # shows, whose event is in the log or queued for it: it is given out again, or withdrawn.
        kept = self.store.keep(new, drawn, tiles.extend(0, leaves, _no_tile), event, most)
        return CodeSet(kept, tuple(drawn))

    def sets(self) -> list[KeptSet]:
        """All, oldest first."""
        return self.store.sets()

    def give_out(self, number: int) -> CodeSet:
        """The same codes again, for a printer that failed. Raises `Unknown`."""
        return CodeSet(self.store.set(number), tuple(each.serial for each in self.live(number)))

    def live(self, number: int) -> list[Code]:
        """The codes of a set, in its order, without those that were withdrawn. Raises `Unknown`."""
        return [each for each in self.store.codes(number) if each.withdrawn_at_ms is None]

    def withdraw(self, number: int, party: str, serials: Collection[str] | None = None) -> tuple[int, int]:
        """Take back codes that are on no goods, all of a set or these: how many, and how many stay active.

        They stay known, and are never issued again. Raises `Unknown`, `InvalidInput` for a serial that is not
        in this set, `NotAuthorised` for another's set.
        """
        of = self.store.set(number)
        if of.new.party != party:
            raise NotAuthorised(
                f"set {number} was issued by party {of.new.party}: only it withdraws its codes"
            )
        # From this moment on no event makes them active, also none that comes while we look.
        now_ms = self._now_ms()
        chosen = self._chosen(of, serials)
        active = self.activations(of, chosen)
        unused = [each.serial for each in chosen if each.serial not in active]
        return self.store.withdraw(number, unused, now_ms), len(active)

    def activate(
        self,
        number: int,
        labelling: Labelling,
        serials: Collection[str] | None = None,
        unrecorded: bool = False,
    ) -> Iterator[int]:
        """Record that codes are on goods, all of a set or these; yields how many after each commit.

        Those that are active already are left out: whoever was stopped in between begins again. With
        `unrecorded` also while nobody has recorded how much there is of the lot. Raises `Unknown`,
        `InvalidInput` for a serial that is not in this set or was withdrawn, or if there are too few goods;
        `NotAuthorised`.
        """
        of = self.store.set(number)
        if labelling.party not in self._issued(of).may_activate:
            raise NotAuthorised(
                f"the codes of set {number} are not for party {labelling.party} to make active"
            )
        chosen = self._chosen(of, serials)
        active = self.activations(of, chosen)
        waiting = [each.item for each in chosen if each.serial not in active]
        if waiting:
            check_goods(of, len(waiting), OverIssue(self.events), unrecorded)
        chunks = [waiting[start : start + A_CHUNK] for start in range(0, len(waiting), A_CHUNK)]
        events = [activating(of, items, labelling) for items in chunks]
        self.permission.check(events, Grant(CAPTURE, labelling.party))
        for event, items in zip(events, chunks, strict=True):
            capture([event], labelling.party, self.events, self._now_ms())
            yield len(items)

    def activations(self, of: KeptSet, some: Sequence[Code]) -> dict[str, Activation]:
        """By serial, of those codes of a set that are active."""
        return activations(self._issued(of), some, self.events.telling)

    def status_of(self, item: str) -> CodeStatus | None:
        """What became of the code of an item (canonical Digital Link); None if it was not issued here."""
        values = dict(digital_link.parse(item).path)
        code = self.store.find(values.get("01", ""), values.get("21", ""))
        if code is None:
            return None
        return CodeStatus(code, self.activations(code.of, [code]).get(code.serial))

    def proof_of(self, item: str) -> bytes:
        """The file by which a stranger checks that a code was issued, and is active (`guoji-code/1`).

        Raises `Unknown` for a code that was not issued here, `NotInLogYet` in the first moments after that.
        """
        status = self.status_of(item)
        if status is None:
            raise Unknown(f"no code was issued for {item[:200]}")
        code, of = status.code, status.code.of

        def read(level: int, index: int, width: int) -> bytes:
            return self.store.read_tile(of.number, level, index, width)

        path = tiles.inclusion_proof(of.count, code.index, read)
        activated = None
        if status.activation is not None:
            with suppress(NotInLogYet):
                activated = self.prover.prove(self.events.by_key(status.activation.key))
        issued = self.prover.prove(self.events.by_key(of.event_key))
        salt = code_salt(of.new.secret, code.index)
        return to_bytes(CodeProof(code.item, salt, code.index, tuple(path), issued, activated))

    def _issued(self, of: KeptSet) -> IssuedCodes:
        return IssuedCodes.of(self.events.by_key(of.event_key).event, of.new.party)

    def _chosen(self, of: KeptSet, serials: Collection[str] | None) -> list[Code]:
        """In the order of the set, without those that were withdrawn."""
        live = self.live(of.number)
        if serials is None:
            return live
        wanted, known = set(serials), {each.serial for each in live}
        if other := wanted - known:
            raise InvalidInput(f"serial {min(other)[:40]!r} is not in set {of.number}, or was withdrawn")
        return [each for each in live if each.serial in wanted]

    def _now_ms(self) -> int:
        return int(self.now().timestamp() * 1000)


def _no_tile(level: int, index: int, width: int) -> bytes:
    """A set begins with nothing."""
    raise Unknown(f"a new set has no tile {index} of level {level}, {width} hashes wide")
