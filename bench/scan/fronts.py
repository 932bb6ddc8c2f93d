"""What stands between a crowd and the server: nothing, our recipe of nginx, or nginx as many set it up."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.nginx import nginx
from traceability.ports import take_port

RECIPE = Path(__file__).parents[2] / "deploy" / "nginx" / "guoji.conf"
USUAL = """
proxy_cache_path {folder}/usual keys_zone=usual:16m;
upstream guoji {{ server 127.0.0.1:{behind}; keepalive 64; }}
server {{
    listen 127.0.0.1:{port};
    location / {{
        proxy_pass http://guoji;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_cache usual;
        proxy_cache_valid 1s;
        proxy_ignore_headers Cache-Control;
        proxy_cache_revalidate on;
        proxy_cache_use_stale updating;
        proxy_cache_background_update on;
    }}
}}
"""

Front = Callable[[int, Path], AbstractContextManager[int]]
"""From the server's port to the one that the crowd comes to."""


@contextmanager
def alone(behind: int, _folder: Path) -> Iterator[int]:
    yield behind


@contextmanager
def recipe(behind: int, folder: Path) -> Iterator[int]:
    """As it is in the repository, but without TLS, which the visitors here do not speak."""
    port, other = take_port(), take_port()
    text = RECIPE.read_text("utf-8").replace("127.0.0.1:8080", f"127.0.0.1:{behind}")
    text = text.replace("listen 443 ssl http2", f"listen 127.0.0.1:{port}")
    text = text.replace("listen 80", f"listen 127.0.0.1:{other}")
    text = text.replace("/var/cache/nginx/guoji", f"{folder}/cache")
    text = "\n".join(line for line in text.splitlines() if not line.strip().startswith("ssl_"))
    with nginx(folder / "nginx", text, port):
        yield port


@contextmanager
def usual(behind: int, folder: Path) -> Iterator[int]:
    port = take_port()
    with nginx(folder / "nginx", USUAL.format(folder=folder, behind=behind, port=port), port):
        yield port
