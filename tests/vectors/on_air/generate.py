"""Writes the vectors of on-air records (by default beside it): sound files, gaps, one file per way to lie."""

import json
import sys
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "proof"))

from edits import Vector, vector
from world import SECOND, World, shipping

from traceability.live.on_air_event import Told, on_air_event
from traceability.live.record import Kind, Record
from traceability.live.room import Room
from traceability.proof.on_air_segment import ON_AIR
from traceability.proof.personal import Disclosure, disclosures_json
from traceability.proof.proof_file import TraceProof

AT_MS = (SECOND - 3_600) * 1000
ROOM = Room("7K2M9Q", "urn:uuid:3f2b1c00-0000-4000-8000-000000000007", "", "小李", "今晚苹果", "zh-CN", AT_MS)
OTHER = replace(ROOM, code="THER00", urn="urn:uuid:3f2b1c00-0000-4000-8000-000000000008")
APPLES, PEARS = ({"phase": "on_air", "product": {"name": name}} for name in ("红富士苹果", "库尔勒香梨"))
AT, BEFORE_IT_WAS_SAID = "2026-11-18T18:08:10+08:00", "2026-11-18T18:07:00+08:00"
"""90 and 20 seconds after the room went on air."""
WORDS = "今早刚摘的苹果"
SALT = bytes(range(16))

Bodies = Sequence[Mapping[str, Any]]


def record(number: int, second: int, kind: Kind, **body: Any) -> Record:
    return Record(number, AT_MS + second * 1000, kind, body, None)


RECORDS = (
    (record(1, 0, Kind.PHASE, phase="on_air"), record(2, 1, Kind.SHOWN, state=APPLES)),
    (
        record(3, 30, Kind.SAID, id="a.1", text=WORDS, verdict="contradicted", rule={"id": "just-picked"}),
        record(4, 30, Kind.WARNED, level=3, about="said", of="a.1", verdict="contradicted"),
    ),
    (
        record(5, 50, Kind.ANSWERED, warning=4, answer="none", by=""),
        record(6, 50, Kind.CORRECTED, warning=4, text="更正：采收已有 41 天"),
    ),
    (record(7, 67, Kind.SHOWN, state=PEARS), record(8, 120, Kind.PHASE, phase="ended")),
)

QUIET = (
    RECORDS[0],
    *((record(number, second, Kind.SHOWN, state=APPLES),) for number, second in ((3, 51), (4, 101))),
    (record(5, 120, Kind.PHASE, phase="ended"),),
)
"""Nothing happens, and each minute says so."""


def told(room: Room = ROOM, stretches: Sequence[Sequence[Record]] = RECORDS) -> list[dict[str, Any]]:
    """The bodies of the events that tell them, one after another."""
    before, bodies = Told(), []
    for records in stretches:
        event, _ = on_air_event(room, before, records, lambda: SALT)
        bodies.append(dict(event.body))
        before = before.then(records)
    return bodies


def edited(number: int, **changes: Any) -> list[dict[str, Any]]:
    """What an operator could have put into the log in the place of one segment."""
    bodies = deepcopy(told())
    bodies[number - 1][ON_AIR] |= changes
    return bodies


def world(bodies: Bodies) -> World:
    """The record in a log with an event that is none of it."""
    return World([(shipping(), None), *((body, None) for body in bodies)])


def recorded(bodies: Bodies, room: Room = ROOM) -> TraceProof:
    """The proof file of the room; the lot's event is none of it."""
    whole = world(bodies).trace(room.urn)
    return replace(whole, proofs=whole.proofs[1:])


def file(proof: Any, bodies: Bodies = told(), words: str | None = None) -> Vector:  # noqa: B008 - never changed
    shown = {} if words is None else {"disclosed": disclosures_json([Disclosure("text", SALT, words)])}
    return vector(proof, world(bodies).chain()) | {"at": AT} | shown


def whole(bodies: Bodies, **changes: Any) -> Vector:
    return file(replace(recorded(bodies), **changes), bodies)


def after_the_log(number: int, change: Mapping[str, Any]) -> Vector:
    """A file in which somebody changed a segment that the log holds otherwise."""
    made = whole(told())
    made["proof"]["proofs"][number - 1]["event"][ON_AIR] |= change
    return made


def sound() -> dict[str, Vector]:
    on = told()[:3]
    return {
        "record": whole(told()),
        "record-with-the-words": file(recorded(told()), words=WORDS),
        "record-in-another-order": whole(told(), proofs=recorded(told()).proofs[::-1]),
        "record-of-quiet-minutes": whole(told(stretches=QUIET)),
        "record-that-goes-on": whole(on) | {"at": BEFORE_IT_WAS_SAID},
        "one-segment": file(world(told()).proof(2)) | {"at": BEFORE_IT_WAS_SAID},
    }


def unchecked() -> dict[str, tuple[str, Vector]]:
    cut = recorded(told())
    pending = replace(cut, proofs=(*cut.proofs[:3], replace(cut.proofs[3], anchor=None)))
    return {
        "no-policy": ("no trust policy", whole(told()) | {"policy": None}),
        "last-segment-left-out": (
            "on air: the segments here reach to",
            file(replace(cut, proofs=cut.proofs[:3], complete=None)),
        ),
        "segment-not-anchored": (
            "on air: segment 4 tells of that moment: anchor: not yet anchored",
            file(pending),
        ),
        "another-segment": ("on air: the segments here reach to", file(world(told()).proof(1))),
        "no-record": ("on air: no event here is of an on-air record", file(world(told()).proof(0))),
    }


def lies() -> dict[str, dict[str, Vector]]:
    first, second, third, last = told()
    theirs = told(OTHER)
    swapped = [first, edited(2, segment=3)[1], edited(3, segment=2)[2], last]
    without = recorded(told())
    alone = TraceProof(ROOM.urn, (without.proofs[0], *without.proofs[2:]))
    moved = [{**each} for each in second[ON_AIR]["records"]]
    moved[0]["at"] = last[ON_AIR]["records"][0]["at"]
    shown = [{**last[ON_AIR]["records"][0], "state": APPLES}, *last[ON_AIR]["records"][1:]]
    unannounced = [{**first[ON_AIR]["records"][0], "phase": "ready"}, *first[ON_AIR]["records"][1:]]
    ended_first = [
        {**record, "number": 15 - record["number"]} for record in reversed(last[ON_AIR]["records"])
    ]
    ended_first[0]["at"] = ended_first[1]["at"]
    return {
        "complete": {
            "segment-left-out": file(replace(without, proofs=alone.proofs)),
        },
        "event": {
            "state-edited": after_the_log(4, {"records": shown}),
            "record-moved": after_the_log(2, {"records": moved}),
            "title-edited": after_the_log(2, {"title": "今晚香梨"}),
        },
        "on air": {
            "segment-left-out-without-a-word": file(alone),
            "segments-swapped": whole(swapped),
            "segment-never-logged": whole([first, third, last]),
            "segment-told-twice": whole([first, second, {**second, "guoji:note": "again"}, third, last]),
            "record-moved-before-it-was-logged": whole(edited(2, records=moved)),
            "another-beginning": whole(edited(3, begin=PEARS)),
            "record-left-out": whole(edited(2, records=second[ON_AIR]["records"][1:])),
            "segment-of-another-room": file(
                replace(recorded(theirs, OTHER), subject=ROOM.urn, complete=None), theirs
            ),
            "segment-without-records": whole(edited(2, records=[])),
            "shown-before-it-was-on-air": whole(edited(1, records=unannounced)),
            "shown-after-its-end": whole(edited(4, records=ended_first)),
        },
        "personal": {"other-words": file(recorded(told()), words="昨天摘的苹果")},
        "subject": {"other-room": file(recorded(theirs, OTHER), theirs) | {"asked": ROOM.urn}},
    }


def main(folder: Path) -> None:
    wanted: dict[str, Vector] = {}
    for name, made in sound().items():
        wanted[f"sound-{name}"] = {"want": {"verdict": "verified"}, **made}
    for name, (reason, made) in unchecked().items():
        wanted[f"unchecked-{name}"] = {"want": {"verdict": "unchecked", "reason": reason}, **made}
    for step, named in lies().items():
        for name, made in named.items():
            wanted[f"lie-{name}"] = {"want": {"verdict": "contradicted", "step": step}, **made}
    for name, made in wanted.items():
        text = json.dumps(made, indent=1, ensure_ascii=False, default=lambda data: data.hex())
        (folder / f"{name}.json").write_text(text + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent)
