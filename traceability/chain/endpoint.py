"""What may be shown of a chain endpoint's address."""

from urllib.parse import urlsplit

from traceability.errors import InvalidInput


def name_of(url: str) -> str:
    """Host and port alone: paths and user names of endpoints are often keys. Raises `InvalidInput`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidInput(f"chain endpoint is not a URL: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidInput(
            f"chain endpoint has scheme {parts.scheme!r}, want http://host:port or https://host"
        )
    return parts.hostname if port is None else f"{parts.hostname}:{port}"
