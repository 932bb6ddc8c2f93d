"""What the page says of a recall: one that holds, one that ended, one that somebody merely claims."""

from dataclasses import dataclass

from api.present.parties import contact, party
from api.present.text import plain
from api.words import Words, message
from traceability.errors import InvalidInput
from traceability.gs1 import digital_link
from traceability.ledger.recalled import RecallNotice
from traceability.ledger.trace import Trace

_KINDS = {"00": message("Shipping unit"), "10": message("Lot"), "21": message("Item")}


@dataclass(frozen=True, slots=True)
class RecallLine:
    key: str
    """Of the record that says so."""
    title: str
    sentences: tuple[str, ...]
    advice: str | None = None
    """What to do now; only of a recall that holds."""
    contact: str | None = None
    """Whom to ask then."""
    notice: str | None = None
    """URI: for programs and authorities."""


@dataclass(frozen=True, slots=True)
class Recalls:
    """Each newest first."""

    holding: tuple[RecallLine, ...]
    ended: tuple[RecallLine, ...]
    claimed: tuple[RecallLine, ...]


def recalls(trace: Trace, words: Words) -> Recalls:
    told = trace.recalls
    return Recalls(
        tuple(_holding(each, trace, words) for each in told if each.holds),
        tuple(_ended(each, words) for each in told if each.is_entitled and each.released_at is not None),
        tuple(_claimed(each, words) for each in told if not each.is_entitled),
    )


def _holding(recall: RecallNotice, trace: Trace, words: Words) -> RecallLine:
    sentences = [_since(recall, words)]
    if trace.subject not in recall.goods:
        goods = ", ".join(called(name, words) for name in recall.goods)
        sentences.append(
            words.say(
                "The recall is of {goods}. These goods were made from it, or are packed with it.", goods=goods
            )
        )
    if recall.level is not None:
        sentences.append(words.say("Level {level}.", level=plain(recall.level)))
    advice = words.name(recall.advice) or words.say("Do not sell it or pass it on. Ask where you bought it.")
    registered = next((each.registered for each in trace.events if each.submitter == recall.by), "")
    asked = contact(recall.by, recall.party, words, registered)
    return RecallLine(
        recall.key,
        words.say("Recalled: do not eat it"),
        tuple(sentences),
        advice,
        words.say("Whom to ask: where you bought it, or {party}.", party=asked),
        None if recall.notice is None else plain(recall.notice),
    )


def _ended(recall: RecallNotice, words: Words) -> RecallLine:
    if recall.released_at is None:
        raise ValueError("a recall that holds has no end")
    ended = words.say_many(
        "It ended on {moment}, on {count} piece of evidence.",
        "It ended on {moment}, on {count} pieces of evidence.",
        recall.evidence,
        moment=words.moment(recall.released_at),
    )
    return RecallLine(recall.key, words.say("Was recalled, and released"), (_since(recall, words), ended))


def _claimed(recall: RecallNotice, words: Words) -> RecallLine:
    sentence = words.say("It is not known to own these goods, so this is only what it claims.")
    return RecallLine(recall.key, words.say("Somebody claims a recall"), (_since(recall, words), sentence))


def _since(recall: RecallNotice, words: Words) -> str:
    return words.say(
        "{moment}, by {party}: {reason}",
        moment=words.moment(recall.at),
        party=party(recall.by, recall.party, words),
        reason=words.name(recall.reason) or words.say("no reason is recorded"),
    )


def called(name: str, words: Words) -> str:
    """By the finest of its codes, a lot by its number; what has none as it stands."""
    try:
        code, value = digital_link.parse(name).path[-1]
    except InvalidInput:
        return plain(name)
    return f"{words.say(_KINDS.get(code, code))} {plain(value)}"
