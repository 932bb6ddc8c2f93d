"""Who is signed in on the farmer's page: its token lies in a cookie, and each form proves where it stood."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from fastapi.responses import Response

from api.deps import Site, SiteDep
from api.problems import TooLarge, WrongMedia
from traceability.errors import InvalidInput, NotAuthorised, Unknown
from traceability.farm.farm import Farm, Farmer

COOKIE = "guoji_farm"
LASTS_S = 30 * 86_400
LARGEST_FORM = 16 * 1024
MOST_FIELDS = 40

Fields = Mapping[str, str]
"""What was typed, by the name of the field; the last one of a name counts."""


class SignInNeeded(NotAuthorised):
    """Nobody is signed in, or with a token that does not open this page (any more)."""


@dataclass(frozen=True, slots=True)
class Signed:
    farmer: Farmer
    form_key: str
    """Stands in each form: a stranger's page cannot know it."""


@dataclass(frozen=True, slots=True)
class Submitted:
    farmer: Farmer
    form_key: str
    fields: Fields


def keep_signed_in(response: Response, token: str, site: Site) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=LASTS_S,
        path="/farm",
        secure=site.public_url.startswith("https:"),
        httponly=True,
        samesite="strict",
    )


def sign_out(response: Response) -> None:
    response.delete_cookie(COOKIE, path="/farm", httponly=True, samesite="strict")


def _farm(site: SiteDep) -> Farm:
    if site.farm is None:
        raise Unknown("this server has no farmer's page")
    return site.farm


FarmDep = Annotated[Farm, Depends(_farm)]


def _signed(request: Request, farm: FarmDep) -> Signed:
    token = request.cookies.get(COOKIE, "")
    if not token:
        raise SignInNeeded("")
    try:
        # Asked each time: a token that was revoked opens nothing from that moment on.
        return Signed(farm.sign_in(token), sha256(f"guoji farm form {token}".encode()).hexdigest()[:32])
    except NotAuthorised as error:
        raise SignInNeeded(str(error)) from error


SignedDep = Annotated[Signed, Depends(_signed)]


def _signed_before(request: Request, farm: FarmDep) -> Signed | None:
    try:
        return _signed(request, farm)
    except SignInNeeded:
        return None


SignedBeforeDep = Annotated[Signed | None, Depends(_signed_before)]


async def _fields(request: Request) -> Fields:
    """Raises `NotAuthorised` for a form that stands on a page of another site."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise NotAuthorised("this form was sent from another site")
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/x-www-form-urlencoded":
        raise WrongMedia(f"content type is {media[:80] or 'missing'}, want application/x-www-form-urlencoded")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise TooLarge(f"form is longer than {LARGEST_FORM} bytes")
    try:
        text = body.decode("ascii")
        return dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise InvalidInput("the form is not as a browser writes it") from error


FieldsDep = Annotated[Fields, Depends(_fields)]


def shown_to(signed: Signed, fields: Fields) -> bool:
    """Whether the form stood on a page of ours that `signed` was shown."""
    return hmac.compare_digest(fields.get("form_key", "").encode(), signed.form_key.encode())


def _submitted(signed: SignedDep, fields: FieldsDep) -> Submitted:
    if not shown_to(signed, fields):
        raise NotAuthorised("this form was shown to somebody else, or before you signed in anew")
    return Submitted(signed.farmer, signed.form_key, fields)


SubmittedDep = Annotated[Submitted, Depends(_submitted)]
