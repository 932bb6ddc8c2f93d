"""Who commands a live room: whoever has its host key, or a token that captures for its party."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.deps import Site, SiteDep, bearer_of
from api.problems import Unauthenticated
from traceability.errors import NotAuthorised, Unknown
from traceability.ledger.grant import ADMIN, CAPTURE, Grant
from traceability.live import short_code
from traceability.live.host_key import is_host_key
from traceability.live.room import Room
from traceability.live.studio import Studio

HOST = "host"


@dataclass(frozen=True, slots=True)
class Opened:
    """A room, as somebody who may command it has it."""

    studio: Studio
    room: Room
    by: str
    """As answers are signed: `HOST`, or the GLN of the party."""


def studio_of(site: SiteDep) -> Studio:
    if site.studio is None:
        raise Unknown("this server has no live rooms")
    return site.studio


StudioDep = Annotated[Studio, Depends(studio_of)]


def check_unlimited(grant: Grant) -> None:
    """Raises `NotAuthorised` for a token that captures about some keys alone: a room is about any lot."""
    if grant.about:
        raise NotAuthorised(
            f"the token is for keys that begin with {' or '.join(grant.about)}: it has no live rooms, since "
            "what is on air is captured in the name of its party"
        )


def opened_by(secret: str, code: str, site: Site) -> Opened:
    """`secret`: host key or token. Raises `Unauthenticated`, `NotAuthorised`, `Unknown`.

    That there is no such room is no secret: codes are public.
    """
    try:
        grant = None if is_host_key(secret) else site.ledger.authorise(secret)
    except NotAuthorised as error:
        raise Unauthenticated(str(error), "invalid_token") from error
    if grant is not None and grant.role not in (CAPTURE, ADMIN):
        raise NotAuthorised(f"the token has role {grant.role}, want {CAPTURE} or {ADMIN}")
    studio = studio_of(site)
    room = studio.rooms.store.room(short_code.read(code))
    if grant is None:
        try:
            studio.rooms.check_key(room.code, secret)
        except NotAuthorised as error:
            raise Unauthenticated(str(error), "invalid_token") from error
    else:
        if grant.party != room.party:
            raise NotAuthorised(f"room {room.code} is of party {room.party}, the token is for {grant.party}")
        check_unlimited(grant)
    return Opened(studio, room, HOST if grant is None else room.party)


def opened_with_bearer(room: str, request: Request, site: SiteDep) -> Opened:
    return opened_by(bearer_of(request), room, site)


OpenedDep = Annotated[Opened, Depends(opened_with_bearer)]
"""Of the room in the path. Routes name it before the body: a stranger's body is never read."""
