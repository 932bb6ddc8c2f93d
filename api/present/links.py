"""What is registered for codes, as the page of a brand owner lists it."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.present.link_types import link_type
from api.present.text import plain
from api.words import Words
from traceability.gs1.resolver.vocabulary import PREFIX
from traceability.ledger.links import Change

MOST = 200
"""Things on one page; commands and programs see all."""


@dataclass(frozen=True, slots=True)
class LinkView:
    type: str
    """As it is written: gs1:name."""
    href: str
    title: str
    about: str
    """What it leads to, and for whom."""


@dataclass(frozen=True, slots=True)
class ThingView:
    path: str
    description: str
    since: str
    links: tuple[LinkView, ...]


def link_views(changes: Sequence[Change], words: Words) -> tuple[list[ThingView], int]:
    """The first of them, and how many more there are."""
    shown = [_thing(each, words) for each in changes[:MOST] if each.registration is not None]
    return shown, max(len(changes) - MOST, 0)


def _thing(change: Change, words: Words) -> ThingView:
    registration = change.registration
    assert registration is not None
    links = tuple(
        LinkView(
            PREFIX + link.type,
            link.href,
            plain(link.title),
            " · ".join(filter(None, [link_type(link.type, words), " ".join(link.languages), *link.contexts])),
        )
        for link in registration.links
    )
    since = words.say("since {moment}", moment=words.moment_ms(change.at_ms))
    return ThingView(registration.path, plain(registration.description), since, links)
