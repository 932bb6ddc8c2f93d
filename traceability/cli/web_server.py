"""Serves an application over HTTP in this process, until told to stop."""

import asyncio
import signal
import socket

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.embed import Server
from starlette.types import ASGIApp

from traceability.errors import Refused

STOP_WITHIN_S = 2
"""Listeners of live pages stay connected for ever; they come back by themselves."""
MOST_CONNECTIONS = 16_384
"""Answers under way, live pages among them. Each of those who wait has its request in memory."""
WAITING_TO_CONNECT = 2_048


def serve(app: ASGIApp, host: str, port: int) -> None:
    """Returns when SIGTERM or SIGINT came, after the answers that were under way.

    Raises `Refused` if the port is taken.
    """
    uvloop.run(_serve(app, _free_address(host, port), port))


def _free_address(host: str, port: int) -> str:
    """The IP address of `host`. Looked at beforehand: two of these servers would share a port unseen."""
    family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    try:
        socket.create_server(address[:2], family=family).close()
    except OSError as error:
        raise Refused(f"port {port} on {host}: {error.strerror}") from error
    return str(address[0])


async def _serve(app: ASGIApp, address: str, port: int) -> None:
    server = Server(
        app,
        address,
        port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        # There is no WebSocket here: whoever asks for one is told so by the route, in HTTP.
        websockets=False,
        backlog=WAITING_TO_CONNECT,
        backpressure=MOST_CONNECTIONS,
        log_level=LogLevels.error,
    )
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    serving, told = asyncio.create_task(server.serve()), asyncio.create_task(stop.wait())
    await asyncio.wait((serving, told), return_when=asyncio.FIRST_COMPLETED)
    server.stop()  # type: ignore[no-untyped-call]
    await asyncio.wait((serving,), timeout=STOP_WITHIN_S)
