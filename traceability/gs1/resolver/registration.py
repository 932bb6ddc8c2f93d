"""All links of one product, lot, item, place or other thing, as its owner registers them."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from traceability.errors import InvalidInput, Unknown
from traceability.gs1 import digital_link
from traceability.gs1.quoting import quoted
from traceability.gs1.resolver.levels import levels
from traceability.gs1.resolver.link import LONGEST_TEXT, Link, link_json, read_link, text_of
from traceability.gs1.resolver.vocabulary import DEFAULT, DEFAULT_MULTI, PREFIX

MOST_LINKS = 100


@dataclass(frozen=True, slots=True)
class Registration:
    anchor: str
    """Canonical Digital Link of what it is about."""
    description: str
    """For people; the text is hostile."""
    links: tuple[Link, ...]

    @property
    def default(self) -> Link | None:
        return next((link for link in self.links if link.type == DEFAULT), None)

    @property
    def path(self) -> str:
        """Of the anchor, as it stands in a URI: "/01/09520123456788"."""
        return self.anchor.removeprefix(digital_link.CANONICAL_STEM)

    def of_type(self, name: str) -> tuple[Link, ...]:
        return tuple(link for link in self.links if link.type == name)


def anchor_of(written: object) -> str:
    """The canonical Digital Link that a path or link names, if links may be registered under it.

    Raises `InvalidInput`: an item is registered without its lot (resolver 2.5.9, rule 2), a UPUI with nothing
    else (rule 1, which the syntax holds already), and nothing with a query.
    """
    if not isinstance(written, str):
        raise InvalidInput("anchor is missing, want a path such as /01/09520123456788")
    link = digital_link.parse(digital_link.CANONICAL_STEM + written if written.startswith("/") else written)
    if link.attributes or link.other_parameters:
        raise InvalidInput(f"anchor {quoted(written)} has a query, want key and qualifiers alone")
    anchor = digital_link.identity(link)
    if anchor != levels(link.path)[0]:
        raise InvalidInput(f"anchor {quoted(written)}: with (21), neither (10) nor (22) may be registered")
    return anchor


def entry_level(anchor: str) -> str:
    """The name above `anchor` at which there must be a default link: such as the product of a lot."""
    return levels(digital_link.parse(anchor).path)[-1]


def read_registration(entry: object) -> Registration:
    """Read {"anchor", "description", "links": {"gs1:...": [...]}}. Raises `InvalidInput`."""
    if not isinstance(entry, dict) or not isinstance(entry.get("links"), dict):
        raise InvalidInput("want an object with anchor, description and links")
    if unknown := sorted(entry.keys() - {"anchor", "description", "links"}):
        raise InvalidInput(f"the field {quoted(unknown[0])} is unknown, want anchor, description and links")
    description = text_of(entry, "description", LONGEST_TEXT)
    links = [
        read_link(name, said) for name, several in entry["links"].items() for said in _list(name, several)
    ]
    registration = Registration(anchor_of(entry.get("anchor")), description, tuple(links))
    check_links(registration)
    return registration


def _list(name: str, several: object) -> list[object]:
    if not isinstance(several, list) or not several:
        raise InvalidInput(f"{quoted(name)} is not a list of one link or more")
    return several


def check_links(registration: Registration) -> None:
    """Check what the links of one thing must be together (resolver 2.5.8). Raises `InvalidInput`."""
    if not 0 < len(registration.links) <= MOST_LINKS:
        raise InvalidInput(f"{len(registration.links)} links, want 1 to {MOST_LINKS}")
    defaults, several = registration.of_type(DEFAULT), registration.of_type(DEFAULT_MULTI)
    if len(defaults) > 1:
        raise InvalidInput(
            f"{len(defaults)} links of type {PREFIX}{DEFAULT}, want one; {DEFAULT_MULTI} takes several"
        )
    if any(link.media or link.languages or link.contexts for link in defaults):
        raise InvalidInput(f"{PREFIX}{DEFAULT} has more than href and title, want these alone")
    if several and (len(several) < 2 or not defaults):
        raise InvalidInput(f"{PREFIX}{DEFAULT_MULTI} wants two links or more, and a {PREFIX}{DEFAULT} beside")
    if twice := [link.href for link, count in Counter(registration.links).items() if count > 1]:
        raise InvalidInput(f"the link to {quoted(twice[0])} is there twice")


def with_link(registration: Registration, link: Link) -> Registration:
    """With `link` in the place of the one that leads there under its type; of defaults there is one."""
    left = [
        each
        for each in registration.links
        if each.type != link.type or (link.type != DEFAULT and each.href != link.href)
    ]
    changed = replace(registration, links=(*left, link))
    check_links(changed)
    return changed


def without_links_to(registration: Registration, href: str, name: str | None = None) -> Registration | None:
    """Without those of type `name`, or of any; None if nothing is left.

    Raises `Unknown` if none leads there, or as `check_links`.
    """
    left = tuple(each for each in registration.links if each.href != href or name not in (None, each.type))
    if len(left) == len(registration.links):
        raise Unknown(f"no link of {registration.path} leads to {quoted(href)}")
    if not left:
        return None
    changed = replace(registration, links=left)
    check_links(changed)
    return changed


def entry_json(registration: Registration) -> dict[str, Any]:
    """What `read_registration` reads."""
    return {
        "anchor": registration.path,
        "description": registration.description,
        "links": links_json(registration.links, PREFIX),
    }


def links_json(links: Sequence[Link], prefix: str) -> dict[str, list[dict[str, Any]]]:
    """By type, each type after `prefix`, in the order in which they come."""
    found: dict[str, list[dict[str, Any]]] = {}
    for link in links:
        found.setdefault(prefix + link.type, []).append(link_json(link))
    return found


def read_file(content: bytes) -> tuple[Registration, ...]:
    """Read {"entries": [...]}; what stands beside is not looked at. Raises `InvalidInput` with all faults."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"the file of links is no JSON: {error}") from error
    entries = said.get("entries") if isinstance(said, dict) else None
    if not isinstance(entries, list) or not entries:
        raise InvalidInput('the file of links is not {"entries": [...]} with one entry or more')
    found: dict[str, Registration] = {}
    faults = []
    for number, entry in enumerate(entries, 1):
        try:
            each = read_registration(entry)
            if each.anchor in found:
                raise InvalidInput("its anchor was there before")
            found[each.anchor] = each
        except InvalidInput as fault:
            faults.append(f"entry {number}{_named(entry)}: {fault}")
    if faults:
        raise InvalidInput("; ".join(faults))
    return tuple(found.values())


def _named(entry: object) -> str:
    anchor = entry.get("anchor") if isinstance(entry, dict) else None
    return f", {quoted(anchor)}" if isinstance(anchor, str) else ""
