"""POST of signing in on the farmer's page and out of it; the form that whoever is not signed in gets."""

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response

from api.deps import Site, SiteDep, WordsDep, words_for
from api.farm_page import farm_page, go_to
from api.farm_session import (
    COOKIE,
    FarmDep,
    FieldsDep,
    SignedBeforeDep,
    SignInNeeded,
    SubmittedDep,
    shown_to,
)
from api.words import Words
from traceability.errors import NotAuthorised
from traceability.farm.farm import Farm, Farmer

router = APIRouter(prefix="/farm")


def install(app: FastAPI) -> None:
    """Answer with the form wherever somebody has to sign in."""
    app.add_exception_handler(SignInNeeded, _ask_to_sign_in)


@router.post("/sign-in")
def sign_in(
    site: SiteDep, words: WordsDep, farm: FarmDep, before: SignedBeforeDep, fields: FieldsDep
) -> Response:
    """A link of a stranger's moves nobody from one farm to another unasked."""
    token = fields.get("token", "").strip()
    try:
        farmer = farm.sign_in(token)
    except NotAuthorised as error:
        raise SignInNeeded(str(error)) from error
    if before is not None and before.farmer.party != farmer.party and not shown_to(before, fields):
        here, there = (_named(farm, each, words) for each in (before.farmer, farmer))
        asked = (site, words, "farm_other.html", 200, before.form_key)
        return farm_page(*asked, token=token, here=here, there=there)
    response = go_to("/farm", words)
    COOKIE.keep(response, token, site)
    return response


@router.post("/sign-out")
def end(words: WordsDep, _: SubmittedDep) -> Response:
    response = go_to("/farm", words)
    COOKIE.drop(response)
    return response


def _named(farm: Farm, farmer: Farmer, words: Words) -> str:
    gln = f"GLN {farmer.party}"
    name = words.name(farm.known(farmer).party_name)
    return f"{name} · {gln}" if name else gln


def _ask_to_sign_in(request: Request, refusal: Exception) -> Response:
    site: Site = request.app.state.site
    page = farm_page(site, words_for(request), "farm_sign_in.html", 401, refused=bool(str(refusal)))
    page.headers["WWW-Authenticate"] = "Bearer"
    if str(refusal):
        COOKIE.drop(page)
    return page
