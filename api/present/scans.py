"""What a shopper reads about the scans of an item. Never that it is fake: that no scan can tell."""

from collections.abc import Iterator
from typing import Any, assert_never

from api.words import Words
from traceability.ledger.scan import HOUR_MS, Cell
from traceability.ledger.scan_verdict import Crowd, Flood, Odd, ScanVerdict, Travel
from traceability.ledger.scans import ScratchAnswer


def scan_answer(verdict: ScanVerdict, words: Words) -> dict[str, Any]:
    """The JSON that scan.js shows: `is`, `title`, `brief`, `sentences`, `days` with what was opened on each.

    `brief` is for where the item is named; empty unless others opened it, in no odd way.
    """
    state, title = _headline(verdict, words)
    days = [
        words.say_many("{day}: {count} time", "{day}: {count} times", count, day=words.day(words.at(at_ms)))
        for at_ms, count in verdict.days
    ]
    brief = _brief(verdict, words) if state == "seen" else ""
    return {
        "is": state,
        "title": title,
        "brief": brief,
        "sentences": list(_sentences(verdict, words)),
        "days": days,
    }


def scratch_answer(answer: ScratchAnswer, words: Words) -> dict[str, Any]:
    """The same of a scratch code, without days."""
    if answer.wait_ms:
        state, title = "wait", words.say("Too many tries")
        told = words.say(
            "Codes of this item were tried too often. Try again in {span}.", span=words.span(answer.wait_ms)
        )
    elif not answer.is_right:
        state, title = "wrong", words.say("This is not the code of this item")
        told = words.say(
            "Type it again, letter by letter. If it stays so, the label is not ours or a part of it is "
            "lost. Keep the package, and tell the shop and the brand."
        )
    elif answer.opened_at_ms is None:
        state, title = "first", words.say("Right, and you are the first to open it")
        told = words.say("Whoever types this code from now on is told that it was opened now.")
    else:
        state, title = "opened", words.say("Right, but it was opened before")
        told = words.say(
            "First opened on {moment}. If that was not you, somebody had this label, or a copy of it, "
            "before.",
            moment=words.moment_ms(answer.opened_at_ms),
        )
    return {"is": state, "title": title, "sentences": [told]}


def _headline(verdict: ScanVerdict, words: Words) -> tuple[str, str]:
    if verdict.sample_since_ms is not None:
        return "sample", words.say("This very item is a sample that is shown to many")
    if any(not isinstance(each, Flood) for each in verdict.odd):
        return "odd", words.say("Look closely: how this code was opened is unusual")
    if verdict.first_ms is None and not verdict.not_kept:
        return "first", _first(verdict, words)
    if verdict.only_mine:
        return "again", words.say("You have opened this code before")
    return "seen", words.say_many(
        "Opened {count} time before you",
        "Opened {count} times before you",
        verdict.scans + verdict.not_kept,
    )


def _brief(verdict: ScanVerdict, words: Words) -> str:
    if verdict.first_ms is None:
        return ""
    return words.say_many(
        "Opened {count} time before you, first on {moment}: what to compare",
        "Opened {count} times before you, first on {moment}: what to compare",
        verdict.scans + verdict.not_kept,
        moment=words.moment_ms(verdict.first_ms),
    )


def _first(verdict: ScanVerdict, words: Words) -> str:
    if verdict.apart:
        return words.say("You are the first since it was last handed on")
    return words.say("You are the first to open this code")


def _sentences(verdict: ScanVerdict, words: Words) -> Iterator[str]:
    if verdict.sample_since_ms is not None:
        yield words.say(
            "Its seller has said so since {moment}, so many people open it. If it was sold to you as your "
            "own, you hold that sample or a copy of its label.",
            moment=words.moment_ms(verdict.sample_since_ms),
        )
    if verdict.first_ms is not None:
        yield _seen(verdict, words)
    for each in verdict.odd:
        yield _odd(each, words)
    if verdict.apart:
        yield words.say_many(
            "{count} time before that in the trade, until the goods were last handed on.",
            "{count} times before that in the trade, until the goods were last handed on.",
            verdict.apart,
        )
    if verdict.not_kept:
        yield words.say_many(
            "Of {count} time nothing but the number is kept.",
            "Of {count} times nothing but the number is kept.",
            verdict.not_kept,
        )


def _seen(verdict: ScanVerdict, words: Words) -> str:
    first = words.moment_ms(verdict.first_ms or 0)
    if verdict.only_mine:
        return words.say("Only a phone like yours has opened it, first on {moment}.", moment=first)
    return words.say_many(
        "On at most {count} phone, first on {moment}. Family, friends and people in a shop count too.",
        "On at most {count} phones, first on {moment}. Family, friends and people in a shop count too.",
        verdict.devices,
        moment=first,
    )


def _odd(odd: Odd, words: Words) -> str:
    match odd:
        case Crowd(from_ms, to_ms, networks):
            return words.say_many(
                "Between {start} and {end} it was opened in {count} network. That is more than one fruit "
                "passes through: its label may have been copied, or its picture shared.",
                "Between {start} and {end} it was opened in {count} networks. That is more than one fruit "
                "passes through: its label may have been copied, or its picture shared.",
                networks,
                start=words.moment_ms(from_ms),
                end=words.moment_ms(to_ms),
            )
        case Flood(from_ms, posts, networks):
            return words.say(
                "Between {start} and {end} it was opened {posts} times from few networks ({networks}). One "
                "person can do that alone, so it says little.",
                start=words.moment_ms(from_ms),
                end=words.moment_ms(from_ms + HOUR_MS),
                posts=words.number(posts),
                networks=words.number(networks),
            )
        case Travel(here, here_ms, there, there_ms, kilometres):
            return words.say(
                "Opened at {moment} near {here}, and at {later} near {there}: at least {kilometres} km "
                "apart, which no flight makes in that time. The link may have been sent on, a place may be "
                "wrong, or there is more than one label with this code.",
                moment=words.moment_ms(here_ms),
                here=_place(here, words),
                later=words.moment_ms(there_ms),
                there=_place(there, words),
                kilometres=words.number(kilometres // 50 * 50),
            )
    assert_never(odd)


def _place(cell: Cell, words: Words) -> str:
    """Its middle, to half a degree."""
    north = words.say("{degrees}° N") if cell.latitude >= 0 else words.say("{degrees}° S")
    east = words.say("{degrees}° E") if cell.longitude >= 0 else words.say("{degrees}° W")
    latitude, longitude = (words.number(abs(degrees + 0.5), 1) for degrees in (cell.latitude, cell.longitude))
    return words.say(
        "{latitude}, {longitude}",
        latitude=north.format(degrees=latitude),
        longitude=east.format(degrees=longitude),
    )
