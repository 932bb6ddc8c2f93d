"""Writes the vectors of item codes (by default beside it): sound files, gaps, and one file per way to lie."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "proof"))

from world import LOT, SUBMITTER, World, policy

from traceability.gs1 import digital_link, serials
from traceability.log.merkle import inclusion_proof, leaf_hash, root_of
from traceability.proof.code import CODE_SET, IssuedCodes, code_leaf, code_salt
from traceability.proof.code_file import CodeProof, to_bytes
from traceability.proof.entry import Entry

Vector = dict[str, Any]

GTIN = "09521234500018"
OTHER_LOT = digital_link.lot(GTIN, "L2")
PACKER, STRANGER = "9521321000027", "9521321000034"
COUNT, INDEX = 21, 5
HALF_A_KILOGRAM = {"guoji:value": 0.5, "guoji:uom": "KGM"}
SECRET, OTHER_SECRET = sha256(b"secret").digest(), sha256(b"other secret").digest()


def items(seed: str, count: int) -> list[str]:
    made = [
        serials.issue(b"k" * 32, GTIN, sha256(f"{seed} {number}".encode()).digest()[: serials.RANDOM_BYTES])
        for number in range(count)
    ]
    return [digital_link.item(GTIN, serial) for serial in made]


ITEMS, OTHERS = items("serial", COUNT), items("other", COUNT)
SPELLED = f"{LOT}/21/{ITEMS[INDEX].rpartition('/')[2]}"


def leaves(
    of: Sequence[str] = ITEMS, secret: bytes = SECRET, lot: str = LOT, issuer: str = SUBMITTER
) -> list[bytes]:
    return [
        leaf_hash(code_leaf(code_salt(secret, index), issuer, lot, item)) for index, item in enumerate(of)
    ]


def issue(
    root: bytes | None = None,
    count: int = COUNT,
    lot: str = LOT,
    others: Sequence[str] = (),
    content: dict[str, Any] | None = None,
    **changes: Any,
) -> dict[str, Any]:
    may_activate = frozenset({SUBMITTER, *others})
    issued = IssuedCodes(SUBMITTER, lot, root or root_of(leaves()), count, may_activate, content)
    event = {
        "type": "ObjectEvent",
        "eventTime": "2026-11-18T08:00:00.000Z",
        "eventTimeZoneOffset": "+08:00",
        "action": "OBSERVE",
        "bizStep": "encoding",
        "disposition": "encoded",
        "quantityList": [{"epcClass": lot}],
        CODE_SET: issued.body(),
    }
    return {**event, **changes}


def labelling(*named: str, lot: str | None = LOT, **changes: Any) -> dict[str, Any]:
    event = {
        "type": "ObjectEvent",
        "eventTime": "2026-11-18T09:00:00.000Z",
        "eventTimeZoneOffset": "+08:00",
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "epcList": list(named or ITEMS),
        **({"ilmd": {"guoji:lot": lot}} if lot else {}),
    }
    return {**event, **changes}


def packing(*named: str) -> dict[str, Any]:
    return {
        "type": "AggregationEvent",
        "eventTime": "2026-11-18T10:00:00.000Z",
        "eventTimeZoneOffset": "+08:00",
        "action": "ADD",
        "bizStep": "packing",
        "parentID": "https://id.gs1.org/00/095213210000000018",
        "childEPCs": list(named),
    }


@dataclass(frozen=True)
class CodeWorld(World):
    """A log over the event that issues codes, then the one that makes them active."""

    submitters: Mapping[int, str] = field(default_factory=dict)
    """GLNs, where it is not the usual one."""

    def entry(self, index: int) -> Entry:
        made: Entry = super().entry(index)
        return replace(made, submitter=self.submitters.get(index, made.submitter))

    def code(self, **changes: Any) -> CodeProof:
        path = tuple(inclusion_proof(leaves(), INDEX))
        salt = code_salt(SECRET, INDEX)
        return replace(CodeProof(ITEMS[INDEX], salt, INDEX, path, self.proof(0), self.proof(1)), **changes)

    def vector(self, trust: str | None = policy(), **changes: Any) -> Vector:
        code = json.loads(to_bytes(self.code(**changes)))
        return {"policy": trust, "proof": code, "chains": [self.chain()]}


def world(first: dict[str, Any], second: dict[str, Any], **submitters: str) -> CodeWorld:
    named = {["issued", "activated"].index(name): gln for name, gln in submitters.items()}
    return CodeWorld([(first, None), (second, None)], submitters=named)


SOUND = world(issue(), labelling())


def of_one(item: str = ITEMS[0]) -> Vector:
    lone = world(issue(root_of(leaves([item])), 1), labelling(item))
    return lone.vector(item=item, salt=code_salt(SECRET, 0), index=0, path=())


def of_the_last() -> Vector:
    path, last = tuple(inclusion_proof(leaves(), COUNT - 1)), COUNT - 1
    return SOUND.vector(item=ITEMS[last], salt=code_salt(SECRET, last), index=last, path=path)


def sound() -> dict[str, Vector]:
    return {
        "active": SOUND.vector(),
        "only-code-of-its-set": of_one(),
        "last-code-of-its-set": of_the_last(),
        "packed-by-a-party-that-may": world(
            issue(others=[PACKER], content=HALF_A_KILOGRAM), packing(ITEMS[INDEX]), activated=PACKER
        ).vector(),
        "labelled-with-its-lot-in-the-link": world(issue(), labelling(SPELLED)).vector(),
        "labelled-without-saying-the-lot": world(issue(), labelling(lot=None)).vector(),
    }


def unchecked() -> dict[str, tuple[str, Vector]]:
    pending = replace(SOUND.proof(1), anchor=None)
    return {
        "not-active": ("active: the code was issued", SOUND.vector(activated=None)),
        "no-policy": ("no trust policy was given", SOUND.vector(trust=None)),
        "activation-not-anchored": ("event 2: anchor", SOUND.vector(activated=pending)),
    }


def lies_about_the_set() -> dict[str, Vector]:
    path = SOUND.code().path
    other_set = root_of(leaves(OTHERS, OTHER_SECRET))
    wrong = {"declarationTime": "2026-11-19T08:00:00.000Z", "reason": "did_not_occur"}
    return {
        "other-serial": SOUND.vector(item=OTHERS[INDEX]),
        "serial-of-a-neighbour": SOUND.vector(item=ITEMS[INDEX + 1]),
        "item-of-another-product": of_one(digital_link.item("09521234500025", "A1")),
        "other-set": world(issue(other_set), labelling()).vector(),
        "other-lot": world(issue(lot=OTHER_LOT), labelling(lot=OTHER_LOT)).vector(),
        "root-of-another-size": world(issue(count=COUNT + 20), labelling()).vector(),
        "size-below-the-index": world(issue(count=INDEX), labelling()).vector(),
        "issued-by-another-party": world(issue(), labelling(), issued=STRANGER, activated=STRANGER).vector(),
        "salt-changed": SOUND.vector(salt=code_salt(OTHER_SECRET, INDEX)),
        "index-of-a-neighbour": SOUND.vector(index=INDEX - 1),
        "hash-changed": SOUND.vector(path=(bytes(32), *path[1:])),
        "hash-added": SOUND.vector(path=(*path, bytes(32))),
        "hash-missing": SOUND.vector(path=path[:-1]),
        "issue-declared-wrong": world(issue(errorDeclaration=wrong), labelling()).vector(),
        "issue-without-a-set": world(issue(**{CODE_SET: "all"}), labelling()).vector(),
        "issue-of-another-step": world(issue(bizStep="commissioning"), labelling()).vector(),
        "issue-for-two-lots": world(
            issue(quantityList=[{"epcClass": LOT}, {"epcClass": OTHER_LOT}]), labelling()
        ).vector(),
    }


def lies_about_the_activation() -> dict[str, Vector]:
    reversed_ = world(labelling(eventTime="2026-11-13T09:00:00.000Z"), issue())
    wrong = {"declarationTime": "2026-11-19T08:00:00.000Z", "reason": "did_not_occur"}
    return {
        "activated-by-another-party": world(issue(), labelling(), activated=STRANGER).vector(),
        "issued-after-it-was-active": reversed_.vector(
            issued=reversed_.proof(1), activated=reversed_.proof(0)
        ),
        "activation-of-other-items": world(issue(), labelling(*OTHERS)).vector(),
        "activation-as-of-another-lot": world(issue(), labelling(lot=OTHER_LOT)).vector(),
        "activation-declared-wrong": world(issue(), labelling(errorDeclaration=wrong)).vector(),
        "activation-that-only-saw-it": world(issue(), labelling(lot=None, action="OBSERVE")).vector(),
        "activation-that-unpacked-it": world(
            issue(), {**packing(ITEMS[INDEX]), "action": "DELETE", "bizStep": "unpacking"}
        ).vector(),
    }


def lies_about_the_events() -> dict[str, Vector]:
    issued = replace(SOUND.proof(0), event=issue(others=[STRANGER]))
    active = replace(SOUND.proof(1), event=labelling(disposition="in_progress"))
    return {
        "issue-altered": SOUND.vector(issued=issued),
        "activation-altered": SOUND.vector(activated=active),
    }


def main(folder: Path) -> None:
    wanted: dict[str, Vector] = {}
    for name, made in sound().items():
        wanted[f"sound-{name}"] = {"want": {"verdict": "verified"}, **made}
    for name, (reason, made) in unchecked().items():
        wanted[f"unchecked-{name}"] = {"want": {"verdict": "unchecked", "reason": reason}, **made}
    lies = {
        "code": lies_about_the_set(),
        "active": lies_about_the_activation(),
        "event": lies_about_the_events(),
    }
    for step, named in lies.items():
        for name, made in named.items():
            wanted[f"lie-{name}"] = {"want": {"verdict": "contradicted", "step": step}, **made}
    for name, made in wanted.items():
        text = json.dumps(made, indent=1, ensure_ascii=False, default=lambda data: data.hex())
        (folder / f"{name}.json").write_text(text + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent)
