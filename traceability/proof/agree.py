"""Whether an event says the same as the credential that it carries."""

from collections.abc import Iterator, Mapping

from traceability.epcis.event import Event
from traceability.proof.credential import Credential
from traceability.proof.laboratory import Result

_DISPOSITIONS = ("conformant", "non_conformant")


def difference(event: Event, credential: Credential) -> str | None:
    """The first thing that the event says and the credential does not; None where there is none.

    An event may say less.
    """
    return next(_differences(event, credential), None)


def _differences(event: Event, credential: Credential) -> Iterator[str]:
    body = event.body
    document = body.get("guoji:reportSha256")
    if document is not None and document not in credential.reports:
        yield f"the event names the document {document!r:.80}, the credential does not"
    disposition = event.disposition
    if credential.conclusion is not None and disposition in {*_DISPOSITIONS} - {credential.conclusion}:
        yield f"the event says {disposition}, the credential says {credential.conclusion}"
    stated = body.get("guoji:labResults")
    for number, each in enumerate(stated if isinstance(stated, list) else (), start=1):
        if not any(_is_same(each, result) for result in credential.results):
            yield f"result {number} of the event stands not so in the credential"


def _is_same(stated: object, result: Result) -> bool:
    if not isinstance(stated, Mapping) or stated.get("guoji:value") != result.value:
        return False
    limit = stated.get("guoji:limit")
    if limit is not None and (result.limit is None or limit != result.limit.value):
        return False
    return stated.get("guoji:uom") == result.unit and _is_name(stated.get("guoji:analyte"), result.analyte)


def _is_name(stated: object, names: Mapping[str, str]) -> bool:
    """In every language that the event has it in."""
    told = stated if isinstance(stated, Mapping) else {f"guoji:{language}": stated for language in names}
    return bool(told) and all(names.get(key.removeprefix("guoji:")) == text for key, text in told.items())
