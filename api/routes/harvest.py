"""The harvest form: typed, looked over, recorded; and a harvest that was recorded."""

from collections.abc import Mapping
from uuid import uuid4

from fastapi import APIRouter
from fastapi.responses import Response

from api.deps import LedgerDep, Site, SiteDep, WordsDep
from api.farm_page import farm_page, go_to
from api.farm_session import FarmDep, SignedDep, Submitted, SubmittedDep
from api.harvest_form import read_harvest
from api.present.harvest import recorded_view
from api.present.harvest_form import form_view, review_view
from api.words import Words
from traceability.farm.farm import Farm
from traceability.farm.harvest import Harvest

router = APIRouter(prefix="/farm/harvest")


@router.get("")
def empty_form(site: SiteDep, words: WordsDep, farm: FarmDep, signed: SignedDep) -> Response:
    view = form_view({"form": str(uuid4())}, {}, farm.known(signed.farmer), farm.now(), words)
    return farm_page(site, words, "harvest_form.html", form_key=signed.form_key, form=view)


@router.post("")
def look_over(site: SiteDep, words: WordsDep, farm: FarmDep, form: SubmittedDep) -> Response:
    harvest = read_harvest(form.fields, farm.known(form.farmer), form.farmer.party, farm.now(), words)
    if not isinstance(harvest, Harvest):
        return _again(site, words, farm, form, harvest)
    if "change" in form.fields:
        return _again(site, words, farm, form, {})
    view = review_view(harvest, form.fields, farm.of_lot(form.farmer, harvest.link), words)
    return farm_page(site, words, "harvest_review.html", form_key=form.form_key, review=view)


@router.post("/record")
def record(site: SiteDep, words: WordsDep, farm: FarmDep, form: SubmittedDep) -> Response:
    harvest = read_harvest(form.fields, farm.known(form.farmer), form.farmer.party, farm.now(), words)
    if not isinstance(harvest, Harvest):
        return _again(site, words, farm, form, harvest)
    return go_to(f"/farm/harvest/{farm.record(form.farmer, harvest)}", words)


@router.get("/{key}")
def recorded(
    key: str, site: SiteDep, words: WordsDep, ledger: LedgerDep, farm: FarmDep, signed: SignedDep
) -> Response:
    stored, is_wrong = farm.harvest(signed.farmer, key)
    view = recorded_view(stored, is_wrong, ledger.trace, words, site.public_url)
    return farm_page(site, words, "harvest_recorded.html", form_key=signed.form_key, harvest=view)


@router.post("/{key}/wrong")
def declare_wrong(key: str, words: WordsDep, farm: FarmDep, form: SubmittedDep) -> Response:
    farm.declare_wrong(form.farmer, key, form.fields.get("reason", ""))
    return go_to(f"/farm/harvest/{key}", words)


def _again(site: Site, words: Words, farm: Farm, form: Submitted, errors: Mapping[str, str]) -> Response:
    view = form_view(form.fields, errors, farm.known(form.farmer), farm.now(), words)
    status = 422 if errors else 200
    return farm_page(site, words, "harvest_form.html", status, form_key=form.form_key, form=view)
