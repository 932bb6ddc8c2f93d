"""GET of what a live room shows, as server-sent events that anybody may listen to."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from api.deps import SiteDep
from api.event_stream import EventStream, event
from traceability.errors import Unknown

router = APIRouter()


@router.get("/live/{code}/events")
async def events(code: str, site: SiteDep, last_event_id: Annotated[str, Header()] = "") -> Response:
    relay = site.room_relay
    if relay is None:
        raise Unknown(f"there is no live room {code[:20]!r}")
    code = code.upper()
    if not relay.is_heard(code):
        # Somebody who listens is proof enough that there is such a room: a crowd that comes back asks once.
        last = await run_in_threadpool(relay.last_words, code)
        if last is not None:
            if last_event_id == str(last.number) or not last.number:
                return Response(status_code=204)  # by this an EventSource ends for good
            return Response(event(last.number, last.state), media_type="text/event-stream")
    return EventStream(partial(relay.heard_by, code))
