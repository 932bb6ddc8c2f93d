"""In words: in which live rooms a lot was shown, and what was said of it where a viewer comes from."""

from dataclasses import dataclass

from api.present.parties import party
from api.present.text import plain
from api.words import Words, message
from traceability.ledger.on_air import Showing
from traceability.live.corrected import Corrected
from traceability.live.lot_page import CameFrom, OnAir, ShownIn
from traceability.live.room import Phase
from traceability.live.safe_sentences import short

MOST_CORRECTED = 5
_QUOTED = {"zh": message("On air, in Chinese:"), "en": message("On air, in English:")}
_PHASES = {Phase.ON_AIR: message("on air now"), Phase.ENDED: message("ended")}


@dataclass(frozen=True, slots=True)
class ShownLine:
    title: str
    sentence: str
    proof_url: str


@dataclass(frozen=True, slots=True)
class CorrectedLine:
    heading: str
    found: str
    """What the records hold, where the correction is in a language other than the page's; else empty."""
    introduction: str
    """Stands before the correction where that is a quotation; else empty."""
    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class Banner:
    """For whoever comes from a live room."""

    code: str
    heading: str
    sentences: tuple[str, str]
    corrected: tuple[CorrectedLine, ...]


@dataclass(frozen=True, slots=True)
class OnAirPart:
    banner: Banner | None
    shown: tuple[ShownLine, ...]
    more: str
    """Empty if no room is left out."""


def on_air_part(on_air: OnAir, words: Words) -> OnAirPart:
    more = words.say_many("and {count} more", "and {count} more", on_air.more) if on_air.more else ""
    banner = None if on_air.came_from is None else _banner(on_air.came_from, words)
    return OnAirPart(banner, tuple(_line(each, words) for each in on_air.shown), more)


def _line(shown: ShownIn, words: Words) -> ShownLine:
    showing = shown.showing
    first = words.say("First on air {moment}", moment=words.moment(showing.at))
    phase = _PHASES.get(shown.phase) if shown.phase else None
    said = (first, _whose(showing.party, showing, words), *([words.say(phase)] if phase else ()))
    # Whoever never held the goods does not get to write a title on the page of them.
    title = plain(showing.title) if showing.by_holder else ""
    return ShownLine(title or words.say("A live room"), " · ".join(said), f"/proof/{showing.key}")


def _banner(came: CameFrom, words: Words) -> Banner:
    whose = words.say("A room of {party}.", party=_whose(came.party, came.shown, words))
    heading = words.say("A live room")
    if came.shown is not None and came.shown.by_holder:
        heading = words.say("You come from the live room of {host}", host=plain(came.host))
    return Banner(
        came.code,
        # Whoever never held the goods does not get to write a name on the page of them.
        heading,
        (whose, _since(came, words)),
        tuple(_corrected(each, came.lang, words) for each in came.corrected[:MOST_CORRECTED]),
    )


def _since(came: CameFrom, words: Words) -> str:
    if came.shown is None:
        return words.say("This lot is on its list, and was not on air yet.")
    moment = words.moment(came.shown.at)
    if came.phase is Phase.ENDED:
        return words.say("This is the lot that was shown there from {moment}.", moment=moment)
    return words.say("This is the lot shown there since {moment}.", moment=moment)


def _corrected(each: Corrected, lang: str, words: Words) -> CorrectedLine:
    heading = words.say(
        "What the host claimed was corrected on air at {time}.", time=words.time(words.at(each.at_ms))
    )
    if lang == words.lang:
        return CorrectedLine(heading, "", "", plain(each.text), lang)
    held = plain(each.found.get(short(words.lang), ""))
    found = words.say("The records hold: {found}.", found=held) if held else ""
    return CorrectedLine(heading, found, words.say(_QUOTED[short(lang)]), plain(each.text), lang)


def _whose(gln: str, showing: Showing | None, words: Words) -> str:
    """By its number, and the name that the operator registered: a room could call itself anything."""
    return party(gln, {}, words, showing.registered if showing else "")
