"""What the page for recalls shows: what goods became, who has them, how each party is told, why."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from api.present.parties import party as called_party
from api.present.recall import called
from api.present.recall_json import state
from api.present.step_names import step_word
from api.present.text import plain
from api.words import Words, message
from traceability.ledger.affected import Affected, Amount, Reached, amounts_of
from traceability.ledger.recall import Order
from traceability.ledger.recalled import RecallNotice
from traceability.proof.quantity import written

MOST_SHOWN = 200
"""Goods on a page; the report names all."""
STATES: Mapping[str, str] = {
    "holds": message("In force"),
    "released": message("Ended"),
    "claimed": message("Only claimed: you may not recall these goods"),
}


@dataclass(frozen=True, slots=True)
class Holder:
    party: str
    has: str
    seen: str
    told: str
    by_hand: bool
    """Whether somebody has to tell it."""


@dataclass(frozen=True, slots=True)
class GoodsLine:
    name: str
    path: str
    holder: str
    last: str


@dataclass(frozen=True, slots=True)
class TouchedView:
    facts: tuple[tuple[str, str], ...]
    is_cut: bool
    holders: tuple[Holder, ...]
    goods: tuple[GoodsLine, ...]
    more: int
    """Goods beyond those shown."""

    @property
    def by_hand(self) -> tuple[str, ...]:
        return tuple(each.party for each in self.holders if each.by_hand)


@dataclass(frozen=True, slots=True)
class RecallView:
    key: str
    name: str
    path: str
    at: str
    state: str
    """ "holds", "released" or "claimed"."""
    state_name: str
    reason: str
    lines: tuple[tuple[str, str], ...]


def touched_view(
    touched: Affected,
    told: Mapping[str, Sequence[str]],
    late: Mapping[str, Sequence[str]],
    names: Mapping[str, str],
    words: Words,
) -> TouchedView:
    """`told` and `late` are by party its targets, and those that could not be reached so far.

    `names` are those of registered parties, by GLN.
    """
    gone = [each for each in touched.reached if each.is_gone]
    facts = [
        (words.say("Touches"), kinds(touched.reached, words)),
        (words.say("Gone: sold, destroyed or used up"), kinds(gone, words) or words.say("nothing")),
        *((words.say("Amount"), _amount(each, words)) for each in touched.amounts),
    ]
    return TouchedView(
        tuple(facts),
        touched.is_cut,
        tuple(_holder(party, touched, told, late, names, words) for party in touched.parties),
        tuple(_goods(each, names, words) for each in touched.reached[:MOST_SHOWN]),
        max(len(touched.reached) - MOST_SHOWN, 0),
    )


def recall_view(recall: RecallNotice, words: Words) -> RecallView:
    is_in = state(recall)
    lines = _said(recall, words)
    lines.append((words.say("In the name of"), f"GLN {plain(recall.by)}"))
    if recall.notice is not None:
        lines.append((words.say("Number of the notice"), plain(recall.notice)))
    if recall.released_at is not None:
        ended = words.say_many(
            "It ended on {moment}, on {count} piece of evidence.",
            "It ended on {moment}, on {count} pieces of evidence.",
            recall.evidence,
            moment=words.moment(recall.released_at),
        )
        lines.append((words.say("End"), ended))
    return RecallView(
        recall.key,
        ", ".join(called(each, words) for each in recall.goods),
        path_of(recall.goods[0]),
        words.moment(recall.at),
        is_in,
        words.say(STATES[is_in]),
        words.name(recall.reason) or words.say("no reason is recorded"),
        tuple(lines),
    )


def order_lines(order: Order, words: Words) -> tuple[tuple[str, str], ...]:
    named = [(words.say("Goods"), called(order.subject, words)), (words.say("In full"), plain(order.subject))]
    return (*named, *_said(order, words))


def path_of(name: str) -> str:
    """Where its trace stands here."""
    return urlsplit(name).path


def kinds(reached: Iterable[Reached], words: Words) -> str:
    """Such as "2 lots, 1 item"; empty of nothing. What several parties have some of is one."""
    counts = Counter({each.goods: each.kind for each in reached}.values())
    said = {
        "lot": words.say_many("{count} lot", "{count} lots", counts["lot"]),
        "item": words.say_many("{count} item", "{count} items", counts["item"]),
        "sscc": words.say_many("{count} shipping unit", "{count} shipping units", counts["sscc"]),
        "other": words.say_many("{count} container", "{count} containers", counts["other"]),
    }
    return words.say(", ").join(text for kind, text in said.items() if counts[kind])


def _said(of: Order | RecallNotice, words: Words) -> list[tuple[str, str]]:
    """In both languages where they differ: that is how others read it."""
    lines = [(words.say("Reason"), " / ".join(_texts(of.reason)))]
    if of.advice:
        lines.append((words.say("What to do with it"), " / ".join(_texts(of.advice))))
    if of.level is not None:
        lines.append((words.say("Urgency"), plain(of.level)))
    return lines


def _texts(texts: Mapping[str, str]) -> dict[str, None]:
    return dict.fromkeys(plain(text) for text in texts.values())


def _holder(
    party: str,
    touched: Affected,
    told: Mapping[str, Sequence[str]],
    late: Mapping[str, Sequence[str]],
    names: Mapping[str, str],
    words: Words,
) -> Holder:
    has = touched.with_party(party)
    seen = max((each.seen_at for each in has), default=None)
    last = "" if seen is None else words.say("last seen {moment}", moment=words.moment(seen))
    if has and all(each.is_claimed for each in has):
        last += words.say(", as it claims")
    targets, failed = told.get(party), late.get(party, ())
    if targets is None:
        said = words.say("recalls it")
    elif failed:
        said = words.say("The notice did not arrive: tell it yourself")
    elif targets:
        said = words.say("Notice to {targets}", targets=plain(", ".join(targets)))
    else:
        said = words.say("Tell it yourself, by telephone")
    by_hand = bool(failed) or (targets is not None and not targets)
    return Holder(
        called_party(party, {}, words, names.get(party, "")),
        _has(has, party, touched, words),
        last,
        said,
        by_hand,
    )


def _has(has: Sequence[Reached], party: str, touched: Affected, words: Words) -> str:
    """That it has none only where amounts prove it."""
    if not has:
        proven = any(each.holder == party and each.kind == "lot" for each in touched.reached)
        return words.say("none left") if proven else words.say("nothing by the records")
    known, are_all = amounts_of(has)
    amounts = [f"{written(amount)} {_unit(unit)}" for unit, amount in known.items()]
    amounts += [] if are_all else [words.say("some, nobody says how much")]
    goods = kinds(has, words)
    return words.say("{goods}: {amounts}", goods=goods, amounts=" + ".join(amounts)) if amounts else goods


def _unit(code: str) -> str:
    return "kg" if code == "KGM" else plain(code)


def _goods(each: Reached, names: Mapping[str, str], words: Words) -> GoodsLine:
    # An event without a step tells only what kind of event it is, in words that nobody reads.
    step = "" if each.step.endswith("Event") else f"{step_word(each.step, words)} · "
    last = step + words.moment(each.seen_at)
    holder = called_party(each.holder, {}, words, names.get(each.holder, ""))
    return GoodsLine(called(each.goods, words), path_of(each.goods), holder, last)


def _amount(each: Amount, words: Words) -> str:
    return words.say(
        "{had} {unit}; accounted for {accounted} {unit}, destroyed {destroyed} {unit}, "
        "in what was made of it {made_into} {unit}",
        had=written(each.had),
        unit=_unit(each.unit),
        accounted=written(each.accounted),
        destroyed=written(each.destroyed),
        made_into=written(each.made_into),
    )
