"""Where a redirect leads: the registered address with the whole query of the request (2.12)."""

from urllib.parse import quote

# All that may stand in a query as it is (RFC 3986, 3.4), and % of what is encoded already.
_AS_IT_IS = "-._~:/?@!$&'()*+,;=%[]"


def forwarded(href: str, query: bytes) -> str:
    """`href` with `query` as it came, byte for byte; whatever may not stand in a URI is percent-encoded.

    The query goes before a fragment, and after & where `href` has a query of its own.
    """
    if not query:
        return href
    address, hash_sign, fragment = href.partition("#")
    joint = "" if address.endswith(("?", "&")) else "&" if "?" in address else "?"
    return f"{address}{joint}{quote(query, safe=_AS_IT_IS)}{hash_sign}{fragment}"


def without_context(query: bytes) -> bytes:
    """The rest of a query whose `context` was acted on: the target is that of the place already."""
    return b"&".join(each for each in query.split(b"&") if not each.startswith(b"context="))
