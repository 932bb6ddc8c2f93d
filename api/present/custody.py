"""In words: who held the goods, from when to when, and who merely says something of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.present.parties import party
from api.words import Words
from traceability.ledger import extensions
from traceability.ledger.holding import Holding, holdings
from traceability.ledger.trace import Trace

MOST_NAMED = 20
"""Parties; what names more is no chain that a person reads."""

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Holder:
    name: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CustodyList:
    holders: tuple[Holder, ...]
    more: str
    """How many are left out; empty if none is."""
    claimants: tuple[str, ...]
    """Who speaks of the goods and is not known to have held them."""


def custody(trace: Trace, words: Words) -> CustodyList:
    names = _names(trace, words)
    held = holdings(trace.events)
    left = len(held) - MOST_NAMED
    claiming = dict.fromkeys(each.submitter for each in trace.events if each.claimed)
    return CustodyList(
        tuple(Holder(_name(each.party, names), _sentences(each, words)) for each in held[:MOST_NAMED]),
        words.say_many("and {count} more", "and {count} more", left) if left > 0 else "",
        tuple(_name(gln, names) for gln in claiming)[:MOST_NAMED],
    )


def _names(trace: Trace, words: Words) -> Names:
    """What each party is called, by its GLN: a claimant by the register alone."""
    names: dict[str, str] = {}
    for each in trace.events:
        own = {} if each.claimed else extensions.party_name(each.event)
        if own or each.submitter not in names:
            names[each.submitter] = party(each.submitter, own, words, each.registered)
    return names


def _name(gln: str, names: Names) -> str:
    return names.get(gln, f"GLN {gln}")


def _sentences(held: Holding, words: Words) -> tuple[str, ...]:
    since = words.moment(held.since)
    if held.given_by is None:
        said = [words.say("From {moment}", moment=since)]
    else:
        said = [words.say("From {moment}, says GLN {giver}", moment=since, giver=held.given_by)]
        if held.confirmed_at is None:
            said.append(words.say("it has recorded nothing of these goods itself"))
        else:
            said.append(words.say("its own first record: {moment}", moment=words.moment(held.confirmed_at)))
    if held.handed_to is not None and held.until is not None:
        until = words.moment(held.until)
        said.append(words.say("handed on {moment} to GLN {receiver}", moment=until, receiver=held.handed_to))
    else:
        said.append(words.say("no handing on is recorded"))
    return tuple(said)
