"""The checkpoint that a log serves now, against those that it signed before and against its entries."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from traceability.audit.finding import Found, Kind
from traceability.audit.served import ServedLog, Unfit
from traceability.audit.state import State
from traceability.errors import CheckFailed, InvalidInput, Refused
from traceability.log.checkpoint import Checkpoint, open_checkpoint
from traceability.log.note import Note, NoteVerifier

RootAt = Callable[[int], bytes]
"""The root that the mirrored entries have at a size."""

_SEEN = "checkpoints"


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint that a log of the trust policy signed."""

    note: str
    checkpoint: Checkpoint
    log: NoteVerifier


def served_checkpoint(log: ServedLog, logs: Sequence[NoteVerifier]) -> Signed:
    """Raises `Unfit` if it is malformed or of nobody that is trusted, `Unavailable` if none can be read."""
    note = log.checkpoint()
    try:
        return Signed(note, *open_checkpoint(note, logs))
    except (InvalidInput, CheckFailed) as error:
        raise Unfit(Kind.CHECKPOINT, "log/checkpoint", error) from error


@dataclass(frozen=True, slots=True)
class SeenCheckpoints:
    """Those that were served and signed before. The log has to keep to each of them."""

    state: State
    evidence: Path
    """Where signed checkpoints are kept that contradict each other."""
    found: Found

    def meet(self, new: Signed) -> None:
        """Compare `new` with those before, and remember it. Raises `Refused` if they are of another log."""
        for note in self._notes():
            old, now = _parsed(note), new.checkpoint
            if now.origin != old.origin:
                raise Refused(f"the mirror is of the log {old.origin}, this is {now.origin}: name another")
            if now.size < old.size:
                detail = f"the same log signed one of {old.size} entries before"
                self._contradicted(Kind.ROLLBACK, f"checkpoint of {now.size} entries", detail, note, new.note)
            elif now.size == old.size and now.root != old.root:
                detail = f"signed with the root {old.root.hex()} before, now with {now.root.hex()}"
                self._contradicted(Kind.FORK, f"checkpoint of {now.size} entries", detail, note, new.note)
        if new.note not in self._notes():
            self._remember([*self._notes(), new.note])

    def compare(self, newest: Signed, size: int, root_at: RootAt) -> None:
        """Compare the root of each, as far as it is not above `size`, with that of the mirrored entries."""
        for note in self._notes():
            said = _parsed(note)
            if said.size <= size and (ours := root_at(said.size)) != said.root:
                detail = f"signed with the root {said.root.hex()}, the entries served have {ours.hex()}"
                kind = Kind.CHECKPOINT if note == newest.note else Kind.FORK
                self._contradicted(kind, f"checkpoint of {said.size} entries", detail, note)

    def forget_all_but(self, newest: Signed) -> None:
        """For when everything fitted: whatever extends the newest extends the others too."""
        self._remember([newest.note])

    def _notes(self) -> list[str]:
        return list(self.state.get(_SEEN) or [])

    def _remember(self, notes: Sequence[str]) -> None:
        self.state.put(_SEEN, list(notes))
        self.state.commit()

    def _contradicted(self, kind: Kind, where: str, detail: str, *notes: str) -> None:
        self.found.untrue(kind, where, detail)
        self.evidence.mkdir(parents=True, exist_ok=True)
        for note in notes:
            said = _parsed(note)
            (self.evidence / f"checkpoint-{said.size}-{said.root.hex()[:16]}").write_text(note, "utf-8")


def _parsed(note: str) -> Checkpoint:
    """Its signature was checked when it was served; the key may have changed since."""
    return Checkpoint.from_text(Note.parse(note).text)
