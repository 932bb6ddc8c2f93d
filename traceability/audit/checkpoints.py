"""The one place through which every checkpoint goes that an audit opens, wherever it came from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from traceability.audit.extends import Fork, fork_between
from traceability.audit.finding import MOST_LISTED, Found, Kind
from traceability.audit.mirror import Mirror
from traceability.audit.served import ServedLog, Unfit
from traceability.audit.state import State
from traceability.errors import CheckFailed, InvalidInput, Refused, Unavailable
from traceability.log import tiles
from traceability.log.checkpoint import Checkpoint, log_id, open_checkpoint
from traceability.log.name_map import is_map_entry
from traceability.log.note import NoteVerifier
from traceability.log.tiles import TilePath

_SEEN = "checkpoints"


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint that a log of the trust policy signed."""

    note: str
    checkpoint: Checkpoint
    log: NoteVerifier


@dataclass(slots=True)
class SeenCheckpoints:
    """All that the log ever signed and somebody showed to this auditor. It has to keep to each of them."""

    log: ServedLog
    mirror: Mirror
    logs: Sequence[NoteVerifier]
    state: State
    evidence: Path
    """Where signed checkpoints are kept that contradict each other."""
    found: Found
    ends: dict[bytes, int] = field(default_factory=dict)
    """By log id the size of the last checkpoint under a key that was replaced, as the log's entries say."""
    mirrored: int | None = None
    """How many entries there are to compare with; None as long as they are still fetched."""
    origin: str = ""
    _target: Checkpoint | None = None
    """The one that the audit is about."""
    _newest: Checkpoint | None = None
    """The largest that is known to extend it."""
    _notes: dict[Checkpoint, str] = field(init=False)
    """Those that are remembered."""
    _fitting: set[Checkpoint] = field(default_factory=set)
    """Those whose roots the mirrored entries have."""

    def __post_init__(self) -> None:
        self._notes = {Checkpoint.claimed(note): note for note in self.state.get(_SEEN) or []}

    def first(self) -> Signed:
        """What this audit is about: what the log serves now, or what it signed before if that is more.

        Raises as `served`, and `Refused` if it is another log than before.
        """
        before = max(self._notes, key=lambda each: each.size, default=None)
        now = self.served()
        if before is None or before.size <= now.checkpoint.size:
            return now
        self.found.not_checked(
            f"checkpoint: the server answers an older state, of {now.checkpoint.size} entries; "
            f"one of {before.size} was signed before"
        )
        try:
            return self._opened(self._notes[before], "checkpoint before")
        except Unfit:  # by a key that is not trusted any more
            return now

    def signed_size(self) -> int:
        """How many entries the log has signed for by now: it may have grown. Raises as `served`."""
        self.served()
        return max(each.size for each in self._notes)

    def served(self) -> Signed:
        """Raises as `meet`, or `Unavailable` if none can be read."""
        return self.meet(self.log.checkpoint(), "log/checkpoint")

    def meet(self, note: str, where: str) -> Signed:
        """Open a checkpoint that is found at `where`, and compare it with all that is known.

        Raises `Unfit` if it is malformed or of nobody that is trusted, `Refused` if it is of another log.
        """
        new = self._opened(note, where)
        said = new.checkpoint
        self._check_not_ended(new)
        if said in self._fitting:
            return new
        known = said in self._notes
        for other in self._notes:
            if other.origin != said.origin:
                raise Refused(f"the mirror is of the log {other.origin}, this is {said.origin}: name another")
        self._notes.setdefault(said, note)
        for other in self._notes:
            if other.size == said.size and other.root != said.root:
                self._forked(other, said, None)
        if known:
            return new
        if self.mirrored is not None:
            self._compare(said)
        self._save()
        return new

    def settle(self, target: Signed, mirrored: int) -> None:
        """Compare all of them, now that what can be had of the entries below `target` is mirrored."""
        self._target = self._newest = target.checkpoint
        self.origin, self.mirrored = target.checkpoint.origin, mirrored
        for said in sorted(self._notes, key=lambda each: each.size):
            self._compare(said)
        self._save()

    def check_end(self, size: int) -> None:
        """Whether the tree of `size` mirrored entries ends as one that we sign does."""
        if size and not is_map_entry(self.mirror.entry(size - 1, self.mirrored or 0)):
            self.found.untrue(Kind.MAP, f"checkpoint of {size} entries", "its last entry is not a map entry")

    def root_at(self, size: int) -> bytes:
        return tiles.root(size, self.mirror.read_tile)

    def _opened(self, note: str, where: str) -> Signed:
        try:
            return Signed(note, *open_checkpoint(note, self.logs))
        except (InvalidInput, CheckFailed) as error:
            raise Unfit(Kind.CHECKPOINT, where, error) from error

    def _compare(self, said: Checkpoint) -> None:
        if self.mirrored is None or said.size > self.mirrored:
            self._compare_beyond(said)
            return
        ours = self.root_at(said.size)
        if ours == said.root:
            self._fitting.add(said)
            self.check_end(said.size)
            return
        try:
            forked = self._check_extends(said)
        except Unavailable:
            forked = False
        if not forked:
            detail = f"signed with the root {said.root.hex()}, the entries served have {ours.hex()}"
            self.found.untrue(Kind.CHECKPOINT, f"checkpoint of {said.size} entries", detail)

    def _compare_beyond(self, said: Checkpoint) -> None:
        """One of more entries than there are to compare it with."""
        try:
            forked = self._check_extends(said)
        except Unavailable as error:
            self.found.not_checked(
                f"checkpoint: of {said.size} entries, {self.mirrored} are mirrored: {error}"
            )
            return
        if not forked and self._newest is not None and said.size > self._newest.size:
            self._newest = said

    def _check_extends(self, said: Checkpoint) -> bool:
        """Whether it forks from the newest one, which is then found."""
        newest = self._newest
        if newest is None or said.size == newest.size:
            return False  # of one size they were compared when they met
        small, large = sorted((said, newest), key=lambda each: each.size)
        fork = fork_between(small, large, [self.mirror.kept_tile, self._served_tile])
        if fork is not None:
            self._forked(small, large, fork)
        return fork is not None

    def _check_not_ended(self, new: Signed) -> None:
        end = self.ends.get(log_id(new.log.name, new.log.public_key))
        if end is not None and new.checkpoint.size > end:
            detail = f"signed by a key whose last one, an entry says, is of {end}"
            self.found.untrue(Kind.CHECKPOINT, f"checkpoint of {new.checkpoint.size} entries", detail)

    def _served_tile(self, level: int, index: int, width: int) -> bytes:
        return self.log.tile(TilePath(level, index, width))

    def _forked(self, one: Checkpoint, other: Checkpoint, fork: Fork | None) -> None:
        """Say so, and keep what shows it to anyone: both notes and, if they are of two sizes, the proof."""
        was = f"signed with the root {one.root.hex()}"
        if fork is None:
            detail = f"{was} before, now with {other.root.hex()}"
        else:
            detail = f"{was}, the one signed of {other.size} entries extends {fork.root.hex()}"
        self.found.untrue(Kind.FORK, f"checkpoint of {one.size} entries", detail)
        if self.found.count > MOST_LISTED:
            return
        self.evidence.mkdir(parents=True, exist_ok=True)
        for said in (one, other):
            name = f"checkpoint-{said.size}-{said.root.hex()[:16]}"
            (self.evidence / name).write_text(self._notes[said], "utf-8")
        if fork is not None:
            name = f"consistency-{one.size}-{other.size}-{other.root.hex()[:16]}"
            (self.evidence / name).write_text(fork.to_text(), "utf-8")

    def _save(self) -> None:
        """What `_target` extends need not be remembered beside it, nor more forks than are listed."""
        if self._target in self._fitting:
            gone = self._fitting - {self._target}
            self._notes = {said: note for said, note in self._notes.items() if said not in gone}
        self.state.put(_SEEN, list(self._notes.values())[:MOST_LISTED])
        self.state.commit()
