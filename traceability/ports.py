"""Ports to listen on that nobody else of us on this machine was given."""

import socket

from traceability.errors import Refused

_OURS: set[int] = set()


def take_port(host: str = "127.0.0.1", wanted: int = 0) -> int:
    """`wanted`, or any free one for 0: ours for as long as this process lives.

    A port is chosen some time before a program listens there; till then another installation that starts in
    the same second would choose the same. Raises `Refused` if somebody listens there or was given it.
    """
    while True:
        port = free_port(host, wanted)
        if port in _OURS:
            if wanted:
                return port
            continue
        try:
            promise(port).detach()  # stays open
        except Refused as error:
            if wanted:
                raise Refused(f"port {port} on {host}: {error}") from error
            continue
        _OURS.add(port)
        return port


def promise(port: int) -> socket.socket:
    """Nobody else of us is given `port` while this is open. Raises `Refused` if somebody was."""
    promised = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        # A name in the abstract namespace (unix(7)): it ends with us, whatever ends us.
        promised.bind(f"\0guoji/port/{port}")
    except OSError as error:
        promised.close()
        raise Refused("another installation here was given it") from error
    return promised


def free_port(host: str, wanted: int) -> int:
    """`wanted`, or any for 0, if nobody listens there now. Raises `Refused`."""
    with socket.socket() as probe:
        # As servers do: connections of one that was killed do not keep its port from the next.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, wanted))
        except OSError as error:
            raise Refused(f"port {wanted} on {host}: {error.strerror}") from error
        port: int = probe.getsockname()[1]
        return port
