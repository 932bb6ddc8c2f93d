"""What a proof has to be about: what a person named, or else what the URL asks for from which it came."""

from urllib.parse import parse_qs, urlsplit

from traceability.cli.read_source import is_url
from traceability.errors import InvalidInput
from traceability.proof.subject import goods, goods_or_room, is_key


def asked_for(subject: str | None, source: str) -> str | None:
    """A canonical Digital Link, URN of a live room or key of an event; a server may answer with another.

    Raises `InvalidInput` for what names neither goods nor a room nor an event, or several.
    """
    if subject is not None:
        return subject if is_key(subject) else goods_or_room(subject)
    if not is_url(source):
        return None
    url = urlsplit(source)
    last = url.path.rpartition("/")[2]
    if is_key(last):
        return last
    named = parse_qs(url.query, keep_blank_values=True).get("subject", [])
    if len(named) > 1:
        raise InvalidInput(f"the URL asks for {len(named)} subjects, want one")
    return goods(named[0]) if named else None
