"""POST of a farmer's word that an alert was seen, and what is done about it."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.deps import WordsDep
from api.farm_page import go_to
from api.farm_session import FarmDep, SubmittedDep
from api.present.farm_alerts import QUICK_COMMENTS
from traceability.errors import InvalidInput, Unknown

router = APIRouter(prefix="/farm/alerts")


@router.post("/{number}")
def acknowledge(number: int, words: WordsDep, farm: FarmDep, form: SubmittedDep) -> Response:
    quick = QUICK_COMMENTS.get(form.fields.get("quick", ""))
    comment = form.fields.get("comment", "").strip() or (words.say(quick) if quick else "")
    try:
        farm.acknowledge(form.farmer, number, comment)
    except Unknown:
        raise
    except InvalidInput as refusal:
        # Tapped twice, or somebody else was faster: the page says who.
        if not comment:
            raise InvalidInput("an acknowledgement wants a few words on what is done") from refusal
    return go_to("/farm", words)
