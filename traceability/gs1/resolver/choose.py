"""Which of several links of one type a request is for (GS1-Conformant Resolver 2.6)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from traceability.gs1.resolver.link import Link
from traceability.gs1.resolver.preferences import best_language, is_refused, media_quality, ranked
from traceability.gs1.resolver.registration import Registration
from traceability.gs1.resolver.vocabulary import DEFAULT_MULTI

Links = tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a request says beside its link type."""

    accept: str = ""
    accept_language: str = ""
    context: str = ""

    def is_in(self, link: Link) -> bool:
        """Whether the place that is asked for is one of those that a link is for."""
        return self.context.lower() in map(str.lower, link.contexts)


def best(links: Sequence[Link], wishes: Wishes) -> Links:
    """The links that fit best: one if that decides, several if not (then the answer is 300)."""
    left = _wanted(tuple(links), wishes)
    if len(left) == 1:
        return left
    languages = ranked(wishes.accept_language)
    left = _those(left, lambda each: not each.languages or _may_be(each, languages))
    # What applies everywhere suits whoever is in no place that was named.
    return _those(left, lambda each: not each.contexts)


def best_default(registration: Registration, wishes: Wishes) -> Link | None:
    """The one of several defaults that the request decides for, else the single one (2.5.8, 2.6.1)."""
    several = _wanted(registration.of_type(DEFAULT_MULTI), wishes)
    return several[0] if len(several) == 1 else registration.default


def _wanted(links: Links, wishes: Wishes) -> Links:
    """By media type, then language, then context (2.6.3); what fits none of the links says nothing."""
    media, languages = ranked(wishes.accept), ranked(wishes.accept_language)
    most = max((media_quality(each.media, media) for each in links), default=0.0)
    if most > 0:
        links = _those(links, lambda each: media_quality(each.media, media) == most)
    spoken = best_language({tag for each in links for tag in each.languages}, languages)
    links = _those(links, lambda each: not spoken.isdisjoint(each.languages))
    return _those(links, wishes.is_in)


def _may_be(link: Link, languages: tuple[tuple[str, float], ...]) -> bool:
    return not all(is_refused(tag, languages) for tag in link.languages)


def _those(links: Links, fits: Callable[[Link], bool]) -> Links:
    """The links that fit, or all if none does."""
    return tuple(filter(fits, links)) or links
