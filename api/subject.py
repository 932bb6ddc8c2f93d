"""Reads which thing a request is about, from the raw bytes of its path."""

from fastapi import Request

from traceability.gs1 import digital_link


def subject_of(request: Request, prefix: str = "", suffix: str = "") -> str:
    """The canonical Digital Link of the thing; `prefix` and `suffix` are our own parts of the path.

    The framework's decoded path is of no use: a "%2F" inside a lot would have become a slash there. One slash
    at the end is forgiven. Raises `InvalidInput`.
    """
    raw: bytes = request.scope["raw_path"]
    path = raw.decode("latin-1").removeprefix(prefix).removesuffix(suffix).removesuffix("/")
    query = f"?{request.url.query}" if request.url.query else ""
    return digital_link.identity(f"{digital_link.CANONICAL_STEM}{path}{query}")
