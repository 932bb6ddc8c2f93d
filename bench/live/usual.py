"""The same states as most would send them: by Starlette's StreamingResponse, or by a WebSocket.

In their favour: one look at the store for all, as ours has. Granian serves them.
"""

import asyncio
import os
from collections.abc import AsyncIterator

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.embed import Server
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.room_relay import EVERY_S
from traceability.cli.web_server import MOST_CONNECTIONS, WAITING_TO_CONNECT
from traceability.own_store import open_store
from traceability.settings import Settings

ROOM = "R00M00"


class News:
    def __init__(self) -> None:
        self._air = open_store(Settings.read(os.environ)).air
        self._number, self._state = 0, b""
        self._changed = asyncio.Condition()
        self._task = asyncio.create_task(self._look())

    async def states(self) -> AsyncIterator[bytes]:
        seen = 0
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: self._number > seen)  # noqa: B023 - asked here and now
                seen, state = self._number, self._state
            yield state

    async def _look(self) -> None:
        while True:
            shown = await asyncio.to_thread(self._air.shown_since, {ROOM: self._number})
            if news := shown.get(ROOM):
                async with self._changed:
                    self._number, self._state = news.number, news.state
                    self._changed.notify_all()
            await asyncio.sleep(EVERY_S)


async def events(request: Request) -> Response:
    news: News = request.app.state.news

    async def stream() -> AsyncIterator[bytes]:
        async for state in news.states():
            yield b"data: " + state + b"\n\n"

    return StreamingResponse(stream(), media_type="text/event-stream")


async def socket(websocket: WebSocket) -> None:
    news: News = websocket.app.state.news
    await websocket.accept()
    try:
        async for state in news.states():
            await websocket.send_text(state.decode())
    except WebSocketDisconnect:
        return


async def healthy(_request: Request) -> Response:
    return Response()


async def main() -> None:
    app = Starlette(
        routes=[Route("/events", events), WebSocketRoute("/socket", socket), Route("/healthz", healthy)]
    )
    app.state.news = News()
    settings = Settings.read(os.environ)
    await Server(
        app,
        settings.http_host,
        settings.http_port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        backlog=WAITING_TO_CONNECT,
        backpressure=MOST_CONNECTIONS,
        log_level=LogLevels.critical,
    ).serve()


if __name__ == "__main__":
    uvloop.run(main())
