"""Who is signed in on the farmer's page: its token lies in a cookie, and each form proves where it stood."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from api.deps import SiteDep
from api.problems import WrongMedia
from api.signed_in import TokenCookie, form_of, is_same_key
from traceability.errors import InvalidInput, NotAuthorised, Unknown
from traceability.farm.farm import Farm, Farmer

COOKIE = TokenCookie("guoji_farm", "/farm", lasts_s=30 * 86_400)
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


@dataclass(frozen=True, slots=True)
class Submitted:
    farmer: Farmer
    form_key: str
    fields: Fields


def _farm(site: SiteDep) -> Farm:
    if site.farm is None:
        raise Unknown("this server has no farmer's page")
    return site.farm


FarmDep = Annotated[Farm, Depends(_farm)]


def _signed(request: Request, farm: FarmDep) -> Signed:
    token = COOKIE.of(request)
    if not token:
        raise SignInNeeded("")
    try:
        # Asked each time: a token that was revoked opens nothing from that moment on.
        return Signed(farm.sign_in(token), COOKIE.form_key(token))
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
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/x-www-form-urlencoded":
        raise WrongMedia(f"content type is {media[:80] or 'missing'}, want application/x-www-form-urlencoded")
    body = await form_of(request, LARGEST_FORM)
    try:
        text = body.decode("ascii")
        return dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise InvalidInput("the form is not as a browser writes it") from error


FieldsDep = Annotated[Fields, Depends(_fields)]


def shown_to(signed: Signed, fields: Fields) -> bool:
    """Whether the form stood on a page of ours that `signed` was shown."""
    return is_same_key(fields.get("form_key", "").encode(), signed.form_key)


def _submitted(signed: SignedDep, fields: FieldsDep) -> Submitted:
    if not shown_to(signed, fields):
        raise NotAuthorised("this form was shown to somebody else, or before you signed in anew")
    return Submitted(signed.farmer, signed.form_key, fields)


SubmittedDep = Annotated[Submitted, Depends(_submitted)]
