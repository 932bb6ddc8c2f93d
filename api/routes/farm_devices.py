"""GET of a farm: all its devices, and one of them."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.deps import SiteDep, WordsDep
from api.farm_page import farm_page
from api.farm_session import FarmDep, SignedDep
from api.present.farm import LAST_HARVESTS, farm_view
from api.present.farm_device import device_view
from api.present.text import plain
from traceability.errors import Unknown

router = APIRouter(prefix="/farm")


@router.get("")
def overview(site: SiteDep, words: WordsDep, farm: FarmDep, signed: SignedDep) -> Response:
    found = farm.overview(signed.farmer, LAST_HARVESTS)
    view = farm_view(found, signed.farmer, words)
    return farm_page(site, words, "farm.html", form_key=signed.form_key, farm=view)


@router.get("/devices/{alias}")
def device(alias: str, site: SiteDep, words: WordsDep, farm: FarmDep, signed: SignedDep) -> Response:
    try:
        state, readings = farm.device(signed.farmer, alias)
    except Unknown:
        named = plain(alias[:40])
        return farm_page(site, words, "farm_no_device.html", 404, form_key=signed.form_key, alias=named)
    view = device_view(state, readings, farm.now(), words)
    return farm_page(site, words, "farm_device.html", form_key=signed.form_key, device=view)
