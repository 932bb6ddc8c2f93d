"""Many simulated devices at a broker, their bytes moved by one thread."""

import selectors
import time
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from paho.mqtt.client import Client

from iot_gateway.simulate.sender import Sender
from iot_gateway.tls import why_not

if TYPE_CHECKING:
    from paho.mqtt.client import SocketLike

LOOK_AFTER_S = 0.5
"""How often connections and receipts that are due are looked after."""
RETRY_AFTER_S = 1.0
NOT_LET_IN = """\
the broker refuses {}: {}; if it is your own, write its files anew with `guoji broker` and send it a SIGHUP"""

_READ, _BOTH = selectors.EVENT_READ, selectors.EVENT_READ | selectors.EVENT_WRITE


class Fleet:
    """A connection that breaks is made again, one that fails is tried again; `trouble` says why."""

    def __init__(self, senders: Mapping[str, Sender]) -> None:
        self.senders = senders
        """By alias."""
        self.trouble: str | None = None
        """Why some of them are not connected, if that is so."""
        self._selector = selectors.DefaultSelector()
        self._look_at_s = 0.0
        self._connect_at_s = 0.0
        for sender in senders.values():
            client = sender.client
            client.on_socket_open = partial(self._watch, sender)
            client.on_socket_close = self._unwatch
            client.on_socket_register_write = self._is_to_write
            client.on_socket_unregister_write = self._has_written

    @property
    def sent(self) -> int:
        return sum(each.sent for each in self.senders.values())

    @property
    def receipted(self) -> int:
        return sum(each.receipted for each in self.senders.values())

    @property
    def kept(self) -> int:
        return sum(each.kept for each in self.senders.values())

    def turn(self, wait_s: float) -> None:
        """Move what there is to move, or wait `wait_s` for it; connect and resend where that is due."""
        for key, events in self._selector.select(wait_s):
            client: Client = key.data.client
            if events & selectors.EVENT_READ:
                _read(client)
            if events & selectors.EVENT_WRITE and client.socket() is not None:
                client.loop_write()
        if time.monotonic() >= self._look_at_s:
            self._look_after()
            self._look_at_s = time.monotonic() + LOOK_AFTER_S

    def close(self) -> None:
        """Say goodbye; what is still kept is lost."""
        for sender in self.senders.values():
            sender.client.disconnect()
            if sender.client.socket() is not None:
                sender.client.loop_write()
        self._selector.close()

    def _look_after(self) -> None:
        for sender in self.senders.values():
            if sender.client.socket() is None:
                self._connect(sender)
            sender.client.loop_misc()
            if sender.client.is_connected():
                sender.resend()
        rejected = [(alias, each.rejected) for alias, each in self.senders.items() if each.rejected]
        if rejected:
            self.trouble = NOT_LET_IN.format(*rejected[0])
        elif all(each.client.is_connected() for each in self.senders.values()):
            self.trouble = None

    def _connect(self, sender: Sender) -> None:
        if time.monotonic() < self._connect_at_s:
            return
        try:
            sender.client.connect(sender.address.host, sender.address.port)
        except OSError as error:
            # One try is enough to know that the broker is away from all of them.
            where = sender.address
            self.trouble = f"{where.host}:{where.port}: {why_not(error, where.tls)}"
            self._connect_at_s = time.monotonic() + RETRY_AFTER_S

    def _watch(self, sender: Sender, _client: Client, _data: object, sock: "SocketLike") -> None:
        self._selector.register(sock, _READ, sender)

    def _unwatch(self, _client: Client, _data: object, sock: "SocketLike") -> None:
        self._selector.unregister(sock)

    def _is_to_write(self, _client: Client, _data: object, sock: "SocketLike") -> None:
        self._selector.modify(sock, _BOTH, self._selector.get_key(sock).data)

    def _has_written(self, _client: Client, _data: object, sock: "SocketLike") -> None:
        self._selector.modify(sock, _READ, self._selector.get_key(sock).data)


def _read(client: Client) -> None:
    client.loop_read()
    # What TLS has read from the socket already wakes no selector.
    while (sock := client.socket()) is not None and getattr(sock, "pending", int)():
        client.loop_read()
