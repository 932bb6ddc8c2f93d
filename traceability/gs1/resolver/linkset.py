"""Linksets in JSON (RFC 9264), as the schema of the GS1-Conformant Resolver has them (2.10)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from traceability.gs1.digital_link import parse
from traceability.gs1.resolver.link import Link
from traceability.gs1.resolver.registration import Registration, links_json
from traceability.gs1.resolver.vocabulary import DEFAULT, DEFAULT_MULTI, NAMESPACE

MEDIA_TYPE = "application/linkset+json"
CONTEXT = "https://ref.gs1.org/standards/resolver/linkset-context"
"""What makes a linkset JSON-LD."""
CONTEXT_REL = "http://www.w3.org/ns/json-ld#context"

_PLACES = ("414", "417")


def linkset(root: str, registrations: Iterable[Registration]) -> dict[str, Any]:
    """The links of each registration; `root` is the resolver's address without a slash at its end."""
    return {
        "linkset": [
            {
                "anchor": root + each.path,
                "itemDescription": each.description,
                **links_json([*each.links, *undescribed(each)], NAMESPACE),
            }
            for each in registrations
        ]
    }


def json_ld(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"@context": CONTEXT, **said}


def undescribed(registration: Registration) -> Sequence[Link]:
    """The default under a type that says what it is, where no link of another type leads there (2.5.8)."""
    default, defaults = registration.default, (DEFAULT, DEFAULT_MULTI)
    described = (link.href for link in registration.links if link.type not in defaults)
    if default is None or default.href in described:
        return ()
    [(key, _), *qualifiers] = parse(registration.anchor).path
    name = "locationInfo" if key in _PLACES else "traceability" if qualifiers else "pip"
    return (Link(name, default.href, default.title),)
