"""Turns errors into answers: a table of status codes; RFC 9457 problem documents, or a page for a reader."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api import answers
from api.address import address_of
from api.present.text import plain
from api.words import message
from traceability import errors
from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.gs1.mended import mended

LONGEST_DETAIL = 4_000
"""Characters: a program is told of all faults that a refusal lists, each where it is."""

_log = logging.getLogger(__name__)


class Unauthenticated(errors.NotAuthorised):
    """We do not know who asks; `headers` tell why, as RFC 6750, section 3, says."""

    def __init__(self, message: str, error: str | None = None) -> None:
        super().__init__(message)
        # A quoted string: printable ASCII without quotation mark and backslash.
        said = "".join(char if " " <= char <= "~" and char not in '"\\' else " " for char in message)
        why = f', error="{error}", error_description="{said}"' if error else ""
        self.headers = {"WWW-Authenticate": f'Bearer realm="guoji"{why}'}


class TooLarge(errors.CaptureTooLarge):
    """The body is longer than we take; `headers` tell the limits."""

    def __init__(self, message: str, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__(message)
        self.headers = headers


class WrongMedia(errors.InvalidInput):
    """The body is of a media type that we do not read."""


class NotAcceptable(errors.InvalidInput):
    """The answer is wanted in a form that we do not give."""


class BadLink(errors.InvalidInput):
    """A link that somebody scanned or typed is not one; `meant` is the path of the one that was meant."""

    def __init__(self, message: str, meant: str | None) -> None:
        super().__init__(message)
        self.meant = meant


class NoSuchOffer(errors.Unknown):
    """No live room has an offer with this short code."""


class TooLongUri(errors.InvalidInput):
    """The address that is asked for is longer than we read."""


class AlreadyThere(errors.InvalidInput):
    """What is to be made is here, at `location`."""

    def __init__(self, message: str, location: str) -> None:
        super().__init__(message)
        self.headers = {"Location": location}


class NotServed(errors.TraceError):
    """The standard lets a repository do this, and this one does not."""


class Busy(errors.Unavailable):
    """As many as we serve at a time are being served."""


_TABLE: tuple[tuple[type[errors.TraceError], answers.Answer], ...] = (
    (Unauthenticated, replace(answers.FORBIDDEN, status=401, title=message("We do not know who asks"))),
    (errors.NotAuthorised, answers.FORBIDDEN),
    (
        errors.CaptureTooLarge,
        answers.malformed(413, "CaptureLimitExceeded", message("This is too much at once")),
    ),
    (WrongMedia, answers.malformed(415, "UnsupportedMediaType", message("We do not read such content"))),
    (NotAcceptable, answers.malformed(406, "NotAcceptable", message("We do not answer in this form"))),
    (TooLongUri, answers.malformed(414, "URITooLong", message("This address is too long"))),
    (AlreadyThere, answers.TAKEN),
    (errors.NameTaken, answers.TAKEN),
    (errors.BadQuery, answers.malformed(400, "QueryParameter", message("The query is not right"))),
    (
        errors.BadSubscription,
        answers.malformed(400, "SubscriptionControls", message("The subscription is not right")),
    ),
    (
        errors.QueryTooLarge,
        answers.malformed(413, "QueryTooLarge", message("More events answer than were wanted")),
    ),
    (errors.InvalidInput, answers.INVALID),
    (errors.Erased, answers.ERASED),
    (
        errors.NoSuchName,
        replace(
            answers.UNKNOWN,
            type="epcisException:NoSuchNameException",
            title=message("No query has this name"),
        ),
    ),
    (NoSuchOffer, answers.NO_OFFER),
    (errors.Misspelt, answers.MISSPELT),
    (errors.NotIssued, answers.NOT_ISSUED),
    (errors.CodeWithdrawn, answers.WITHDRAWN),
    (errors.NeverActivated, answers.NEVER_ACTIVATED),
    (errors.Unknown, answers.UNKNOWN),
    (Busy, replace(answers.AWAY, detail=None)),
    (errors.NotInLogYet, replace(answers.AWAY, detail=None)),
    (errors.KeysUnavailable, replace(answers.AWAY, detail="the identity provider does not tell its keys")),
    (errors.ChainUnavailable, replace(answers.AWAY, detail="the chain does not answer")),
    (errors.Unavailable, answers.AWAY),
    (NotServed, answers.malformed(501, "Implementation", message("This is not offered here"))),
    (errors.TraceError, answers.BROKEN),
)
"""The first row that fits decides."""


def install(app: FastAPI) -> None:
    """Make every error of `app` leave through this module."""
    app.add_exception_handler(errors.TraceError, _refused)
    app.add_exception_handler(HTTPException, _not_routed)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(Exception, _failed)


async def _refused(request: Request, error: Exception) -> Response:
    answer = next(answer for kind, answer in _TABLE if isinstance(error, kind))
    if answer is answers.INVALID:
        answer = _invalid(request)
    if answer.detail is not None:
        _log.warning("%s %s: %s", request.method, plain(request.url.path), plain(str(error)))
    meant = _meant(error)
    answered = _answered(request, answer, answer.status, answer.detail or str(error), meant)
    if isinstance(error, Unauthenticated | TooLarge | AlreadyThere):
        answered.headers.update(error.headers)
    return answered


def _meant(error: Exception) -> str | None:
    """The path that whoever asked had in mind, where that is plain."""
    match error:
        case BadLink():
            return error.meant
        case errors.Misspelt():
            return error.meant.removeprefix(CANONICAL_STEM)
    return None


async def _not_routed(request: Request, error: Exception) -> Response:
    status, said = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, error)
    if status == 404 and (meant := mended(address_of(request))):
        return _answered(
            request, answers.INVALID, 400, f"{request.url.path[:80]!r} is no path of ours", meant
        )
    answer = answers.UNKNOWN if status == 404 else _invalid(request) if status < 500 else answers.BROKEN
    answered = _answered(request, answer, status, f"{request.method} {request.url.path}: {said}")
    if status == 405:
        answered.headers["Allow"] = _allowed(request)
    return answered


def _allowed(request: Request) -> str:
    """The methods of all routes that have this path; the framework names those of the first alone."""
    routes = [each.original_route for each in iter_route_contexts(request.app.routes)]
    fitting = [each for each in routes if each.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for each in fitting for method in getattr(each, "methods", ())}))


async def _not_understood(request: Request, error: Exception) -> Response:
    return _answered(request, _invalid(request), 400, str(error))


async def _failed(request: Request, error: Exception) -> Response:
    # The server's log has the traceback; a stranger gets nothing that helps them further in, and a shopper
    # no word of a programming language.
    return _answered(request, answers.BROKEN, 500, "" if _is_reader(request) else type(error).__name__)


_HEADERS = {
    404: {"Cache-Control": "no-store"},  # what is not there yet may be there in a second
    503: {"Retry-After": "10"},
}


def _answered(
    request: Request, answer: answers.Answer, status: int, detail: str, meant: str | None = None
) -> Response:
    headers = _HEADERS.get(status, {})
    if _is_reader(request):
        response: Response = request.app.state.error_page(request, answer, status, plain(detail), meant)
        response.headers.update(headers)
        return response
    problem = {
        "type": answer.type,
        "title": answer.title,
        "status": status,
        "detail": plain(detail, LONGEST_DETAIL),
        **({"corrected": request.app.state.site.public_url + meant} if meant else {}),
    }
    return JSONResponse(problem, status, headers, "application/problem+json")


def _is_reader(request: Request) -> bool:
    """Whether a person asks, with a browser."""
    wanted = "text/html" in request.headers.get("accept", "") and request.query_params.get("format") != "json"
    return wanted and not _is_for_programs(request)


def _invalid(request: Request) -> answers.Answer:
    """Whoever scanned a code sent nothing but its link."""
    return answers.MALFORMED if request.method == "POST" or _is_for_programs(request) else answers.INVALID


def _is_for_programs(request: Request) -> bool:
    return request.url.path.startswith(("/epcis", "/links"))
