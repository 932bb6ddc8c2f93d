"""POST of a farmer's word that an alert was seen, and what is done about it."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from api.deps import WordsDep
from api.farm_page import go_to
from api.farm_session import FarmDep, SubmittedDep
from api.present.farm_alerts import QUICK_COMMENTS
from traceability.errors import InvalidInput

router = APIRouter(prefix="/farm/alerts")

Number = Annotated[int, Path(ge=1, lt=2**63)]


@router.post("/{number}")
def acknowledge(number: Number, words: WordsDep, farm: FarmDep, form: SubmittedDep) -> Response:
    quick = QUICK_COMMENTS.get(form.fields.get("quick", ""))
    comment = form.fields.get("comment", "").strip() or (words.say(quick) if quick else "")
    if not comment:
        raise InvalidInput("an acknowledgement wants a few words on what is done")
    farm.acknowledge(form.farmer, number, comment)
    return go_to("/farm", words)
