"""Linksets as answers: JSON for programs (RFC 9264), JSON-LD, or a page with JSON-LD inside."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

import orjson
from fastapi.responses import Response

from api.deps import Site
from api.present.link_types import link_type
from api.present.text import plain
from api.resolver import Asked, Linkset
from api.words import Words
from traceability.gs1.resolver.linkset import CONTEXT, CONTEXT_REL, MEDIA_TYPE, json_ld, linkset
from traceability.gs1.resolver.preferences import media_quality, ranked
from traceability.gs1.resolver.registration import Registration
from traceability.gs1.resolver.vocabulary import DEFAULT_MULTI, LINKSET

_LD_JSON = "application/ld+json"
_OFFERED = (MEDIA_TYPE, _LD_JSON, "application/json", "text/html")


@dataclass(frozen=True, slots=True)
class Shown:
    """One link on the page."""

    href: str
    title: str
    kind: str
    """What it leads to, by its link type."""
    about: str
    """Its media type, languages and places."""


def linkset_answer(
    decided: Linkset, asked: Asked, site: Site, words: Words, large: bool, more: Mapping[str, str]
) -> Response:
    """Status 300 where the request does not decide between links, else 200; never a redirect.

    `more` are the headers of every answer of the resolver.
    """
    said = linkset(site.public_url, decided.of)
    status = 300 if decided.undecided else 200
    wanted = ranked(asked.wishes.accept or "*/*")
    media = max(_OFFERED, key=lambda each: media_quality(each, wanted))
    headers = {
        **more,
        "Link": f'{more["Link"]}, <{CONTEXT}>; rel="{CONTEXT_REL}"; type="{_LD_JSON}"',
        "Cache-Control": "no-cache",
        "Vary": "Accept, Accept-Language",
    }
    if media == "text/html":
        page = site.pages.html(
            "linkset.html",
            words,
            "unknown" if decided.undecided else "verified",
            status,
            things=[(each.description, each.path, _shown(each, words)) for each in decided.of],
            undecided=decided.undecided,
            large=large,
            json_ld=json_ld(said),
            stay=f"&linkType={quote(asked.link_type or LINKSET[0], safe=':')}",
        )
        page.headers.update(headers)
        return page
    body = json_ld(said) if media == _LD_JSON else said
    return Response(orjson.dumps(body), status, headers, media)


def _shown(registration: Registration, words: Words) -> list[Shown]:
    """But for defaults in several languages, which also stand under what they are."""
    return [
        Shown(
            link.href,
            plain(link.title),
            link_type(link.type, words),
            " · ".join(filter(None, [link.media, ", ".join(link.languages), ", ".join(link.contexts)])),
        )
        for link in registration.links
        if link.type != DEFAULT_MULTI
    ]
