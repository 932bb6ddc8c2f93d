"""What a request's Accept and Accept-Language say of media types and languages (RFC 9110 12.5, RFC 4647)."""

from collections.abc import Collection, Iterator

MOST_RANGES, LONGEST_RANGE = 32, 128
"""More ranges, and longer ones (characters), are not read: browsers send a handful."""

Ranked = tuple[tuple[str, float], ...]
"""(range in small letters, quality from 0 to 1), best first; of equals, in the header's order."""


def ranked(header: str) -> Ranked:
    """Read a header; what is too long or of unsound quality is left out. A quality of 0 stays: it refuses."""
    found = [
        (name, quality)
        for part in header.split(",", MOST_RANGES)[:MOST_RANGES]
        if len(part) <= LONGEST_RANGE and (name := _name(part)) and (quality := _quality(part)) is not None
    ]
    return tuple(sorted(found, key=lambda each: -each[1]))


def _name(part: str) -> str:
    return part.partition(";")[0].strip().lower()


def _quality(part: str) -> float | None:
    for parameter in part.split(";")[1:]:
        name, _, value = parameter.strip().partition("=")
        if name.strip().lower() == "q":
            try:
                return quality if 0 <= (quality := float(value)) <= 1 else None
            except ValueError:
                return None
    return 1.0


def media_quality(media: str, wanted: Ranked) -> float:
    """How much a media type is wanted: by its own name, else by type/*, else by */*."""
    asked = dict(reversed(wanted))
    for spelled in (media, media.partition("/")[0] + "/*", "*/*"):
        if spelled in asked:
            return asked[spelled]
    return 0.0


def best_language(tags: Collection[str], wanted: Ranked) -> frozenset[str]:
    """Those of `tags` that the best range with any match finds; empty if none does.

    RFC 4647 lookup: "zh-TW" finds "zh-TW", else "zh". A range that finds nothing in this way finds what is
    finer than itself: "zh" finds "zh-CN". "*" finds nothing, for it says nothing.
    """
    allowed = {tag for tag in tags if not is_refused(tag, wanted)}
    for name, quality in wanted:
        if quality == 0 or name == "*":
            continue
        for shorter in _shortened(name):
            if same := frozenset(tag for tag in allowed if tag.lower() == shorter):
                return same
        if finer := frozenset(tag for tag in allowed if tag.lower().startswith(f"{name}-")):
            return finer
    return frozenset()


def is_refused(tag: str, wanted: Ranked) -> bool:
    """Whether the longest range that a language falls under has quality 0."""
    lower = tag.lower()
    over = [(len(name), q) for name, q in wanted if f"{lower}-".startswith(f"{name}-")]
    over += [(0, q) for name, q in wanted if name == "*"]
    return bool(over) and max(over)[1] == 0


def _shortened(name: str) -> Iterator[str]:
    """The range, and what is left as subtags go from its end; a lone letter goes with what follows it."""
    subtags = name.split("-")
    while subtags:
        yield "-".join(subtags)
        subtags.pop()
        if subtags and len(subtags[-1]) == 1:
            subtags.pop()
