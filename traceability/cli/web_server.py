"""Serves an application over HTTP in this process, until told to stop."""

import asyncio
import logging
import resource
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import uvicorn
import uvloop
from starlette.types import ASGIApp

from api.front import Front
from api.kept_protocol import KeptProtocol
from traceability.errors import Refused

STOP_WITHIN_S = 2
"""Listeners of live pages stay connected for ever; they come back by themselves."""
MOST_CONNECTIONS = 16_384
"""Live pages among them; one more is told to come back. Each has its request in memory."""
WAITING_TO_CONNECT = 2_048
IDLE_S = 60
"""A connection on which nothing was asked for so long is closed before as much again has passed."""
UNREAD_FOR_MS = 30_000
"""A connection that takes nothing of what is sent for so long is closed, by the kernel."""
UNSENT_BYTES = 16_384
"""No more than this waits here in the kernel for a slow reader: the newest state is not behind old ones."""


def serve(app: ASGIApp, front: Front, host: str, port: int, shares_port: bool = False) -> None:
    """Returns when SIGTERM or SIGINT came, after the answers that were under way.

    What `front` has at hand it answers before `app` is asked. Raises `Refused` if the port is taken, unless
    by another who shares it.
    """
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    uvloop.run(_serve(_Server(_config(app, front)), listening(host, port, shares_port)))


def listening(host: str, port: int, shares_port: bool = False) -> socket.socket:
    """A socket whose connections all have our limits."""
    family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    try:
        held = socket.create_server(
            address[:2], family=family, backlog=WAITING_TO_CONNECT, reuse_port=shares_port
        )
    except OSError as error:
        raise Refused(f"port {port} on {host}: {error.strerror}") from error
    held.setblocking(False)
    for option, value in (
        (socket.TCP_NODELAY, 1),
        (socket.TCP_USER_TIMEOUT, UNREAD_FOR_MS),
        (socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES),
    ):
        held.setsockopt(socket.IPPROTO_TCP, option, value)
    return held


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are ours: being told to stop is no failure here."""
        yield


def _config(app: ASGIApp, front: Front) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=partial(KeptProtocol, front),  # type: ignore[arg-type]
        # There is no WebSocket here: whoever asks for one is told so by the route, in HTTP.
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        # Whose address a proxy's header says is for those to read who were told its name.
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        backlog=WAITING_TO_CONNECT,
        timeout_keep_alive=IDLE_S,
        timeout_graceful_shutdown=STOP_WITHIN_S,
    )


async def _serve(server: uvicorn.Server, held: socket.socket) -> None:
    def stop() -> None:
        server.should_exit = True
        # That those who still listen are cut off is no error.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    closing = asyncio.create_task(_close_idle(server))
    try:
        await server.serve(sockets=[held])
    finally:
        closing.cancel()


async def _close_idle(server: uvicorn.Server) -> None:
    while True:
        await asyncio.sleep(IDLE_S)
        for connection in list(server.server_state.connections):
            if isinstance(connection, KeptProtocol):
                connection.close_if_idle()
