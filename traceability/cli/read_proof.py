"""Read the proof that a person names; who names the page of a trace is told where its proof is."""

from contextlib import suppress
from urllib.parse import quote, urlsplit

from traceability.cli.read_source import is_url, read_source
from traceability.epcis.parse import parse_json
from traceability.errors import InvalidInput
from traceability.proof.code_file import CodeProof, is_code_file, parse_code_file
from traceability.proof.proof_file import Proof, TraceProof, parse_proof_file
from traceability.proof.subject import goods

TRACE_PAGE_FORMAT = "guoji-trace/1"
"""Of what the page of a trace says as JSON (docs/pages.md)."""


def read_proof(source: str, at_most: int) -> Proof | TraceProof | CodeProof:
    """From a file or a URL, of at most `at_most` bytes. Raises `InvalidInput`."""
    data = read_source(source, at_most)
    try:
        return parse_proof_file(data)
    except InvalidInput as error:
        value = _read(data)
        if is_code_file(value):
            return parse_code_file(data)
        what = _instead(data, value)
        if what is None:
            raise InvalidInput(f"{source}: {error}") from error
        raise InvalidInput(f"{source} is {what}, not a proof; its proof is at {_proof_of(source)}") from error


def _read(data: bytes) -> object:
    try:
        return parse_json(data)
    except InvalidInput:
        return None


def _instead(data: bytes, value: object) -> str | None:
    if data.lstrip().startswith(b"<"):
        return "a page"
    is_trace = isinstance(value, dict) and value.get("format") == TRACE_PAGE_FORMAT
    return "a trace" if is_trace else None


def _proof_of(source: str) -> str:
    """As far as its URL tells."""
    origin, subject = "<origin>", "<Digital Link>"
    if is_url(source):
        url = urlsplit(source)
        origin = f"{url.scheme}://{url.netloc}"
        with suppress(InvalidInput):  # a page about something else, or of another site
            subject = quote(goods(source), safe="")
    return f"{origin}/proof?subject={subject}"
