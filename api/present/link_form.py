"""What is wrong with a form that registers a link, field by field, in the reader's words."""

from collections.abc import Iterator, Mapping

from api.words import Words, message
from traceability.errors import InvalidInput
from traceability.gs1.mended import narrowed
from traceability.gs1.resolver.link import read_link
from traceability.gs1.resolver.registration import anchor_of
from traceability.gs1.resolver.vocabulary import DEFAULT, PREFIX
from traceability.proof.subject import as_link

FIELDS = ("code", "description", "type", "href", "title", "language", "context")

_SOUND = {"href": "https://example.com/", "title": "-"}
_WANTED = {
    "href": message("Want an address that begins with https:// and the name of a host."),
    "title": message("Want a title of one line, with at most 300 characters."),
    "hreflang": message("Want two small letters, or these and a country: zh or zh-CN."),
    "context": message("Want short names without spaces, such as CN."),
}


def said(typed: Mapping[str, str]) -> dict[str, object]:
    """As `read_link` takes it."""
    several = {"hreflang": typed["language"].split(), "context": typed["context"].split()}
    given = {"href": typed["href"], "title": typed["title"], **several}
    return {name: value for name, value in given.items() if value}


def anchor(typed: Mapping[str, str]) -> str:
    """Raises `InvalidInput`."""
    return anchor_of(as_link(narrowed(typed["code"])))


def faults(typed: Mapping[str, str], words: Words) -> dict[str, str]:
    """By field; what depends on other links is not looked at."""
    return dict(_faults(typed, words))


def _faults(typed: Mapping[str, str], words: Words) -> Iterator[tuple[str, str]]:
    try:
        anchor(typed)
    except InvalidInput:
        yield (
            "code",
            words.say("This is no code that we can read: type the digits under it, or paste its link."),
        )
    for name, value in {"href": "", "title": "", **said(typed)}.items():
        try:
            read_link(f"{PREFIX}pip", {**_SOUND, name: value})
        except InvalidInput:
            yield "language" if name == "hreflang" else name, words.say(_WANTED[name])
    if typed["type"] == PREFIX + DEFAULT:
        for name in filter(typed.get, ("language", "context")):
            yield name, words.say("What a scan opens takes no language and no country: leave this empty.")
