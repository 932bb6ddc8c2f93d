"""In words: how long goods were within their range, how long nobody knows, and what shelf life is left."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from api.present import measures
from api.words import Words
from traceability.cold_chain.exposure import HOUR_MS, Exposure
from traceability.cold_chain.profiles import Profile
from traceability.cold_chain.shelf_life import Remaining
from traceability.ledger.trace import Curve, Trace

CELSIUS = "CEL"


@dataclass(frozen=True, slots=True)
class ShelfLifeCard:
    headline: str
    sentences: tuple[str, ...]


def share(part: int, whole: int, words: Words) -> str:
    """In per cent, rounded down: 99.96 % must not be shown as all of it."""
    return f"{words.number(part * 1000 // whole / 10, 1)}%"


def time_within(was: Exposure, limits: str, words: Words) -> tuple[str, str]:
    """The share of the whole time, and of what. What is unknown does not count as within."""
    return share(was.within_ms, was.total_ms, words), words.say("of the time within {limits}", limits=limits)


def hours_within(was: Exposure, words: Words) -> str:
    """The hours behind the share."""
    hours = {
        "within": words.number(math.floor(was.within_ms * 10 / HOUR_MS) / 10, 1),
        "total": words.number(was.total_ms / HOUR_MS, 1),
        "unknown": words.number(math.ceil(was.unknown_ms * 10 / HOUR_MS) / 10, 1),
    }
    if was.unknown_ms:
        return words.say("{within} of {total} hours; of {unknown} nothing is known.", **hours)
    return words.say("{within} of {total} hours; none is unknown.", **hours)


def exposure_lines(curve: Curve, words: Words) -> Iterator[str]:
    was = curve.exposure
    if was is None:
        return
    if was.total_ms > 0:
        yield hours_within(was, words)
    if was.mean_kinetic_celsius is None:
        return
    longest = max((each.length_ms for each in curve.excursions), default=0)
    if longest:
        yield words.say(
            "Outside for {total} in all; the longest excursion lasted {longest}.",
            total=words.span(was.outside_ms),
            longest=words.span(longest),
        )
    if curve.chilled_ms:
        yield words.say(
            "For {span} it was so cold that it may harm this fruit.", span=words.span(curve.chilled_ms)
        )
    if curve.beyond_allowance:
        yield words.say("Longer outside its range than its profile allows.")
    yield words.say(
        "Mean kinetic temperature {celsius}: a steady temperature that ages goods as much.",
        celsius=measures.amount(round(was.mean_kinetic_celsius, 1), CELSIUS, words),
    )


def shelf_life_card(trace: Trace, words: Words) -> ShelfLifeCard | None:
    """An estimate and what it rests on; None where there is no profile, no harvest or no reading."""
    if trace.profile is None or trace.remaining is None:
        return None
    left = trace.remaining
    basis = words.say(
        "Of the {total} since harvest, {unknown} are without readings.",
        total=words.span(left.known_ms + left.unknown_ms),
        unknown=words.span(left.unknown_ms),
    )
    if left.days is None:
        why = words.say("Too little is known of its temperatures to estimate this.")
        return ShelfLifeCard(words.say("No estimate"), (why, basis))
    return ShelfLifeCard(_about(left.days, words), (_model(left, trace.profile, words), basis))


def _about(days: tuple[float, float], words: Words) -> str:
    fewest, most = (math.floor(each) for each in days)
    if most < 1:
        return words.say("less than a day")
    if fewest == most:
        return words.say_many("about {count} day", "about {count} days", most)
    return words.say("about {fewest}–{most} days", fewest=words.number(fewest), most=words.number(most))


def _model(left: Remaining, profile: Profile, words: Words) -> str:
    return words.say(
        "Under the Q10 model for {kind}, if kept at {celsius} from {moment} on. "
        "Estimated from temperature alone: not a promise, and no best-before date.",
        kind=words.name(profile.title),
        celsius=measures.amount(left.celsius, CELSIUS, words),
        moment=words.moment_ms(left.as_of_ms),
    )
