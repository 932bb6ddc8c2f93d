"""Serves an application over HTTP in this process, until told to stop."""

import asyncio
import resource
import signal
import socket

import uvloop
from granian._granian import SocketHolder
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
UNREAD_FOR_MS = 30_000
"""A connection that takes nothing of what is sent for so long is closed, by the kernel."""
UNSENT_BYTES = 16_384
"""No more than this waits here in the kernel for a slow reader: the newest state is not behind old ones."""


def serve(app: ASGIApp, host: str, port: int, shares_port: bool = False) -> None:
    """Returns when SIGTERM or SIGINT came, after the answers that were under way.

    Raises `Refused` if the port is taken, unless by another who shares it.
    """
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    uvloop.run(_serve(app, listening(host, port, shares_port)))


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


class _Server(Server):
    """Granian on a socket of ours: what it makes itself has no limits, and shares its port unseen."""

    def __init__(self, app: ASGIApp, held: socket.socket) -> None:
        address, port, *_ = held.getsockname()
        super().__init__(
            app,
            address,
            port,
            interface=Interfaces.ASGINL,
            http=HTTPModes.http1,
            # There is no WebSocket here: whoever asks for one is told so by the route, in HTTP.
            websockets=False,
            backpressure=MOST_CONNECTIONS,
            log_level=LogLevels.error,
        )
        self._held = held

    def _init_shared_socket(self) -> None:
        # From here on it is closed there.
        self._shd = SocketHolder(self._held.detach(), False, WAITING_TO_CONNECT)  # type: ignore[call-arg, assignment]


async def _serve(app: ASGIApp, held: socket.socket) -> None:
    server = _Server(app, held)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    serving, told = asyncio.create_task(server.serve()), asyncio.create_task(stop.wait())
    await asyncio.wait((serving, told), return_when=asyncio.FIRST_COMPLETED)
    server.stop()  # type: ignore[no-untyped-call]
    await asyncio.wait((serving,), timeout=STOP_WITHIN_S)
    # Who still listens is cut off now. Granian's own end may come after that, to a future that is gone.
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
