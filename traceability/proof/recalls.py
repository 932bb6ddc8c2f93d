"""Which recalls hold for goods, read from events alone (docs/recall.md)."""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from traceability.epcis.event import Event
from traceability.epcis.evidence import EVIDENCE, is_evidence
from traceability.proof.kinship import Kinship, at_recall
from traceability.proof.records import Record, standing
from traceability.proof.spelling import plain
from traceability.proof.told import Told

R = TypeVar("R", bound=Record)

NOTICE_TYPE = "https://ns.guoji.example/epcis/recallNotice"
"""Type of the business transaction that names the notice."""


class Rights(Protocol):
    """Who is registered for which keys."""

    def owner_of(self, identifier: str) -> str | None:
        """GLN of the registered owner of the key of a canonical Digital Link."""

    def is_authority(self, gln: str) -> bool:
        """Whether it may recall for others."""


@dataclass(frozen=True, slots=True)
class Recall(Generic[R]):
    """One recall event, as far as it reaches some goods."""

    record: R
    goods: tuple[str, ...]
    """Whose recall it is that reaches them: canonical Digital Links."""
    is_entitled: bool
    """Whether whoever says so may recall them. Of others it is only told that they claim it."""
    release: R | None
    """The newest of those that together end it for all of `goods`."""

    @property
    def holds(self) -> bool:
        return self.is_entitled and self.release is None


def recalls(
    told: Sequence[R], kin: Sequence[Told], rights: Rights, subject: str | None = None
) -> list[Recall[R]]:
    """The recalls among `told` that reach `subject`, newest first, or all there are; none declared wrong.

    `kin` are the events, voided ones and declarations included, that lead from the goods to what they were
    made of, hold or lie in: of each recall, as it was when it was captured (`at_recall`). When it was
    recalled in relation to anything else makes no difference.
    """
    ordered = sorted(standing(told), key=lambda each: (each.captured_at_ms, each.key))
    releases = [each for each in ordered if _is_release(each)]
    moments = sorted(each.captured_at_ms for each in kin if each.is_declaration)
    known: dict[int, Kinship] = {}
    found = []
    for each in filter(is_recall, ordered):
        declared = bisect_left(moments, each.captured_at_ms)
        if declared not in known:
            known[declared] = Kinship(at_recall(kin, each.captured_at_ms))
        goods = tuple(sorted(_goods(each) & (known[declared].reaching(subject) if subject else _goods(each))))
        if goods:
            makers = known[declared].makers
            entitled = all(may_recall(each.submitter, name, makers, rights) for name in goods)
            found.append(Recall(each, goods, entitled, _release(each, goods, releases, rights)))
    return found[::-1]


def may_recall(party: str, name: str, makers: Mapping[str, str], rights: Rights) -> bool:
    """An authority, or the owner of its key; where nobody owns that, whoever was the first to make it.

    `makers` are by their names, of which the plain one counts first.
    """
    return rights.is_authority(party) or party == (
        rights.owner_of(name) or makers.get(plain(name), makers.get(name))
    )


def is_recall(record: Record) -> bool:
    return says_recalled(record.event)


def says_recalled(event: Event) -> bool:
    """Of whatever goods, and whoever says so."""
    return event.kind == "ObjectEvent" and "recalled" in _lasting(event, "set")


def notices(record: Record) -> Iterator[str]:
    """The notices (URIs) that it is about."""
    listed = record.event.body.get("bizTransactionList")
    for each in listed if isinstance(listed, list) else ():
        match each:
            case {"type": str(kind), "bizTransaction": str(notice)} if kind == NOTICE_TYPE:
                yield notice


def is_of_a_recall(record: Record) -> bool:
    """Whether it only says that goods are recalled, held or released: nothing of where they are.

    What says where they came from or go to is no hold, whatever notice it names.
    """
    body, event = record.event.body, record.event
    lasting = {*_lasting(event, "set"), *_lasting(event, "unset")}
    named = next(notices(record), None) is not None or "recalled" in lasting
    is_look = event.kind == "ObjectEvent" and body.get("action") == "OBSERVE" and event.step == "holding"
    return named and is_look and not (body.get("sourceList") or body.get("destinationList"))


def _is_release(record: Record) -> bool:
    """One that names no evidence is none."""
    return (
        record.event.kind == "ObjectEvent"
        and "recalled" in _lasting(record.event, "unset")
        and is_evidence(record.event.body.get(EVIDENCE))
    )


def _release(recall: R, goods: Collection[str], releases: Sequence[R], rights: Rights) -> R | None:
    """By whoever recalled, or an authority; of this notice, if it names one; recorded later."""
    about = set(notices(recall))
    ending = [
        each
        for each in releases
        if each.captured_at_ms >= recall.captured_at_ms
        and (each.submitter == recall.submitter or rights.is_authority(each.submitter))
        and (not set(notices(each)) or about & set(notices(each)))
    ]
    released = set().union(*(_goods(each) for each in ending))
    return ending[-1] if ending and set(goods) <= released else None


def _goods(record: Record) -> set[str]:
    roles = record.event.identifiers_by_role()
    return {*roles["epc"], *roles["class"]}


def _lasting(event: Event, part: str) -> list[str]:
    """The words of its persistent disposition that are set or unset, in one spelling."""
    lasting = event.body.get("persistentDisposition")
    words = lasting.get(part) if isinstance(lasting, Mapping) else None
    return event.words(words) if isinstance(words, list) else []
