"""A real nginx with one worker, in a folder of its own, for as long as a block lasts."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from grp import getgrgid
from pathlib import Path
from pwd import getpwuid

_MAIN = """\
daemon off;
user {user} {group};
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    scgi_temp_path {folder}/scgi;
    uwsgi_temp_path {folder}/uwsgi;
    {http}
}}
"""

# Started by root, its workers would be somebody who may not read our folders.
_USER, _GROUP = getpwuid(os.getuid()).pw_name, getgrgid(os.getgid()).gr_name


@contextmanager
def nginx(folder: Path, http: str, port: int, under: Sequence[str] = ()) -> Iterator[subprocess.Popen[bytes]]:
    """`http` is what stands in the http block and listens on `port`; `under` is put before the command."""
    folder.mkdir()
    file = folder / "nginx.conf"
    file.write_text(_MAIN.format(folder=folder, http=http, user=_USER, group=_GROUP))
    process = subprocess.Popen([*under, "nginx", "-e", str(folder / "error.log"), "-c", str(file)])
    try:
        wait_for(port)
        yield process
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int, within_s: float = 60) -> None:
    """Until somebody listens there."""
    give_up_at_s = time.monotonic() + within_s
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > give_up_at_s:
                raise
            time.sleep(0.05)
        else:
            return
