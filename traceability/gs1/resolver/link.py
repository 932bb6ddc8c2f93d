"""One link that a brand owner registers, read strictly from JSON."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from traceability.errors import InvalidInput
from traceability.gs1.key_paths import is_key
from traceability.gs1.quoting import quoted
from traceability.gs1.resolver.vocabulary import LINK_TYPES, PREFIX, local_name

LONGEST_HREF, LONGEST_TEXT, MOST_TAGS = 2048, 300, 20

_FIELDS = {"href", "title", "type", "hreflang", "context"}
_ILLEGAL = re.compile(r"[^-A-Za-z0-9._~:/?#@!$&'()*+,;=%]")
_LABEL = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
# Without user, with a name that the whole world can look up.
_HOST = re.compile(rf"(?:{_LABEL}\.)+[a-z][-a-z0-9]{{0,61}}[a-z0-9](?::[0-9]{{1,5}})?", re.IGNORECASE)
_THIS_MACHINE = re.compile(r"(?:localhost|127\.0\.0\.1)(?::[0-9]{1,5})?")
_HTTPS, _LARGEST_PORT = 443, 65535
_MEDIA = re.compile(
    r"(?:application|audio|font|haptics|image|message|model|multipart|text|video)/[a-z0-9][-a-z0-9_.+]{0,126}"
)
_LANGUAGE = re.compile(r"[a-z]{2}(?:-[A-Z]{2})?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Link:
    type: str
    """Name of a GS1 link type, such as "pip"."""
    href: str
    title: str
    """For people, in the language of what it leads to; the text is hostile."""
    media: str = ""
    """IANA media type; empty where nothing is said."""
    languages: tuple[str, ...] = ()
    """Tags such as "zh" and "zh-CN": the published linkset schema takes no others."""
    contexts: tuple[str, ...] = ()
    """Where it applies, such as "CN"."""


def read_link(link_type: str, said: object) -> Link:
    """Read one object of a registration (resolver 2.5.1 to 2.5.6). Raises `InvalidInput`."""
    name = local_name(link_type)
    if name is None:
        raise InvalidInput(
            f"link type {quoted(link_type)} is none of the {len(LINK_TYPES)} of the GS1 Web Vocabulary, "
            f"want such as {PREFIX}pip"
        )
    if not isinstance(said, dict):
        raise InvalidInput(f"{link_type} holds {quoted(str(said))}, want an object with href and title")
    if unknown := sorted(said.keys() - _FIELDS):
        raise InvalidInput(
            f"{link_type} has the field {quoted(unknown[0])}, want {', '.join(sorted(_FIELDS))}"
        )
    return Link(
        name,
        check_target(text_of(said, "href", LONGEST_HREF)),
        text_of(said, "title", LONGEST_TEXT),
        _media(said),
        _tags(said, "hreflang", _LANGUAGE, "two small letters, or these and a country: zh or zh-CN"),
        _tags(said, "context", re.compile(r"\S{1,40}"), "1 to 40 characters without spaces, such as CN"),
    )


def check_target(href: str) -> str:
    """Return an address that people may be sent to. Raises `InvalidInput`.

    Only https, for the query that is passed on may say who scanned what; http to this machine, to try things.
    """
    if illegal := _ILLEGAL.search(href):
        raise InvalidInput(f"href {quoted(href)} has {illegal[0]!r}, which must be percent-encoded")
    scheme, host = urlsplit(href)[:2]
    if scheme == "http" and not _THIS_MACHINE.fullmatch(host):
        raise InvalidInput(f"href {quoted(href)} is not https, and people are sent nowhere else")
    if scheme != "http" and not (scheme == "https" and _HOST.fullmatch(host)):
        raise InvalidInput(
            f"href {quoted(href)} has no plain host name, want such as https://shop.example/path"
        )
    if not 0 < int(host.partition(":")[2] or 1) <= _LARGEST_PORT:
        raise InvalidInput(f"href {quoted(href)} has no port that there is, want at most {_LARGEST_PORT}")
    return href


def leads_to_code(href: str, root: str) -> bool:
    """Whether it leads to a code at our own address, `root`: from there people may be sent to it again."""
    there, here = urlsplit(href), urlsplit(root)
    first = unquote(there.path).lstrip("/").partition("/")[0]
    is_ours = (there.hostname, there.port or _HTTPS) == (here.hostname, here.port or _HTTPS)
    return is_ours and (is_key(first) or first.startswith(("eh", "ex")))


def text_of(said: Mapping[str, Any], name: str, at_most: int) -> str:
    """Return what people will read. Raises `InvalidInput`."""
    value = said.get(name)
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(f"{name} is missing or empty, want text")
    if len(value) > at_most or _CONTROL.search(value):
        raise InvalidInput(f"{name} {quoted(value)}, want at most {at_most} characters and no control ones")
    return value


def _media(said: Mapping[str, Any]) -> str:
    media = said.get("type", "")
    if media and not (isinstance(media, str) and _MEDIA.fullmatch(media)):
        raise InvalidInput(f"type {quoted(str(media))} is no media type, want such as text/html")
    return str(media)


def _tags(said: Mapping[str, Any], name: str, form: re.Pattern[str], wanted: str) -> tuple[str, ...]:
    tags = said.get(name, [])
    if not isinstance(tags, list) or len(tags) > MOST_TAGS:
        raise InvalidInput(f"{name} is {quoted(str(tags))}, want a list of at most {MOST_TAGS}")
    for tag in tags:
        if not (isinstance(tag, str) and form.fullmatch(tag)):
            raise InvalidInput(f"{name} has {quoted(str(tag))}, want {wanted}")
    return tuple(dict.fromkeys(tags))


def link_json(link: Link) -> dict[str, Any]:
    """As it is registered, and as it stands in a linkset; its type is the name under which it stands."""
    optional = {"type": link.media, "hreflang": list(link.languages), "context": list(link.contexts)}
    return {
        "href": link.href,
        "title": link.title,
        **{name: value for name, value in optional.items() if value},
    }
