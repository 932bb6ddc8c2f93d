"""Capture of events by partners, as jobs or one at a time (EPCIS 2.0, 12.6)."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import Response

from api import epcis_answer
from api.deps import LARGEST_BODY, WHOLE, LedgerDep, WriterDep, body_of
from api.epcis_request import AskedDep, SentDep
from api.problems import AlreadyThere, Busy, TooLarge
from traceability.epcis.parse import MAX_BYTES
from traceability.errors import CaptureTooLarge, InvalidInput
from traceability.ledger.capture_jobs import BEHAVIOURS, MOST_EVENTS, Behaviour, Job
from traceability.ledger.grant import ADMIN, Grant
from traceability.telemetry.clock import iso

router = APIRouter(prefix="/epcis")


def _limits(most_events: int, most_bytes: int) -> Mapping[str, str]:
    return {
        "GS1-EPCIS-Capture-Limit": str(most_events),
        "GS1-EPCIS-Capture-File-Size-Limit": str(most_bytes),
    }


LIMITS = _limits(MOST_EVENTS, MAX_BYTES)
_LIMITS_OF_ONE = _limits(1, LARGEST_BODY)
_EITHER = {"GS1-Capture-Error-Behaviour": "all"}
_LARGE_ONE = threading.Lock()


async def _document(request: Request) -> bytes:
    with _told(LIMITS):
        return await body_of(request, MAX_BYTES)


async def _one(request: Request) -> bytes:
    with _told(_LIMITS_OF_ONE):
        return await body_of(request, LARGEST_BODY)


def _behaviour(gs1_capture_error_behaviour: Annotated[str, Header()] = BEHAVIOURS[0]) -> Behaviour:
    if gs1_capture_error_behaviour not in BEHAVIOURS:
        said = gs1_capture_error_behaviour[:80]
        raise InvalidInput(f"GS1-Capture-Error-Behaviour is {said!r}, want {' or '.join(BEHAVIOURS)}")
    return gs1_capture_error_behaviour


@contextmanager
def _told(limits: Mapping[str, str]) -> Iterator[None]:
    """Whoever sends too much is told how much is not."""
    try:
        yield
    except CaptureTooLarge as error:
        raise TooLarge(str(error), limits) from error


DocumentDep = Annotated[bytes, Depends(_document)]
OneDep = Annotated[bytes, Depends(_one)]
BehaviourDep = Annotated[Behaviour, Depends(_behaviour)]


@router.options("/capture/{job_id}")
def discover_job() -> Response:
    return epcis_answer.discovery()


@router.options("/capture")
def discover() -> Response:
    return epcis_answer.discovery({"Allow": "OPTIONS, GET, HEAD, POST", **_EITHER, **LIMITS})


@router.post("/capture")
def capture(
    grant: WriterDep, _: SentDep, behaviour: BehaviourDep, body: DocumentDep, ledger: LedgerDep
) -> Response:
    with _told(LIMITS), _room_for(body):
        job = ledger.jobs.capture(body, grant, behaviour)
    return epcis_answer.without_body(202, {"Location": f"/epcis/capture/{job.id}", **LIMITS})


@router.post("/events")
def capture_one(grant: WriterDep, _: SentDep, body: OneDep, ledger: LedgerDep) -> Response:
    kept = ledger.jobs.capture_one(body, grant)
    location = f"/epcis/events/{quote(kept.event_id, safe='')}"
    if kept.duplicate:
        raise AlreadyThere("this event was captured before", location)
    return epcis_answer.without_body(201, {"Location": location})


@router.api_route("/capture", methods=WHOLE)
def jobs(grant: WriterDep, asked: AskedDep, request: Request, ledger: LedgerDep) -> Response:
    asked.check_no_parameters("the list of capture jobs")
    # One more than is shown says whether there is another page.
    found = ledger.jobs.jobs(_whose(grant), asked.paging.after_id(), asked.paging.per_page + 1)
    shown = found[: asked.paging.per_page]
    public_url: str = request.app.state.site.public_url
    next_page = asked.next_page(public_url, (shown[-1].id,)) if len(found) > len(shown) else None
    return epcis_answer.as_json([_as_job(job) for job in shown], asked, next_page)


@router.api_route("/capture/{job_id}", methods=WHOLE)
def job(job_id: str, grant: WriterDep, asked: AskedDep, ledger: LedgerDep) -> Response:
    asked.check_no_parameters("a capture job")
    return epcis_answer.as_json(_as_job(ledger.jobs.job(job_id, _whose(grant))), asked)


@contextmanager
def _room_for(body: bytes) -> Iterator[None]:
    """A document takes many times its length in memory: of large ones, one at a time."""
    large = len(body) > LARGEST_BODY
    if large and not _LARGE_ONE.acquire(blocking=False):
        raise Busy("another large document is being captured; try again in a minute")
    try:
        yield
    finally:
        if large:
            _LARGE_ONE.release()


def _whose(grant: Grant) -> str | None:
    """Whose jobs are seen; everybody's for None."""
    return None if grant.role == ADMIN else grant.submitter


def _as_job(job: Job) -> dict[str, object]:
    """As the standard's CaptureJob."""
    return {
        "captureID": job.id,
        "createdAt": iso(job.created_at_ms),
        **({} if job.running else {"finishedAt": iso(job.committed_at_ms)}),
        "running": job.running,
        "success": not job.errors,
        "captureErrorBehaviour": job.behaviour,
        "errors": [_problem(each) for each in job.errors],
    }


def _problem(detail: str) -> dict[str, object]:
    return {
        "type": "epcisException:ValidationException",
        "title": "An event was not captured",
        "status": 400,
        "detail": detail,
    }
