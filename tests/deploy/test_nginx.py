"""The recipe for nginx as it is in the repository, in a real nginx before the real application."""

import re
import shutil
import socket
import ssl
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from api.room_relay import RoomRelay
from tests.api.listening import ROOM, FakeAir
from tests.api.samples import PATH, PENDING, SUBJECT, a_notice, a_trace, with_last
from tests.api.serving import SampleLedger, served
from tests.nginx import nginx
from traceability.ports import take_port

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("nginx") is None, reason="Debian package nginx-light is missing"),
]

RECIPE = Path(__file__).parents[2] / "deploy" / "nginx" / "guoji.conf"
NAME = "trace.my-farm.cn"
SLASH_PATH, SLASH_SUBJECT = f"{PATH}%2FA", f"{SUBJECT}%2FA"
TRUSTING = ssl._create_unverified_context()
CHINESE = {"Accept": "text/html", "Accept-Language": "zh-CN,zh;q=0.9"}
ENGLISH = {"Accept": "text/html", "Accept-Language": "en-GB"}


@dataclass
class Front:
    ledger: SampleLedger
    port: int
    plain_port: int

    def visit(self, path=PATH, headers=CHINESE, method="GET", **options):
        """With a connection of its own."""
        address = f"https://127.0.0.1:{self.port}"
        with httpx.Client(base_url=address, verify=False, trust_env=False) as client:
            return client.request(method, path, headers={"Host": NAME, **headers}, **options)


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    folder = tmp_path_factory.mktemp("front")
    _certify(folder)
    ledger = SampleLedger({SUBJECT: a_trace(), SLASH_SUBJECT: a_trace(subject=SLASH_SUBJECT)})
    port, plain_port = take_port(), take_port()
    air = FakeAir()
    air.show(ROOM, b"{}")
    with served(ledger, live_every_s=60, room_relay=RoomRelay(air, air)) as address:
        elsewhere = {
            "127.0.0.1:8080": address.removeprefix("http://"),
            "listen 443": f"listen 127.0.0.1:{port}",
            "listen 80": f"listen 127.0.0.1:{plain_port}",
            "/etc/ssl/guoji": str(folder),
            "/var/cache/nginx/guoji": str(folder / "cache"),
        }
        text = RECIPE.read_text("utf-8")
        for ours, here in elsewhere.items():
            assert ours in text
            text = text.replace(ours, here)
        with nginx(folder / "nginx", text, port):
            yield Front(ledger, port, plain_port)


def _certify(folder):
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)]),
    )
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    form = serialization.Encoding.PEM
    own = key.private_bytes(form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "fullchain.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(form))
    (folder / "privkey.pem").write_bytes(own)


def test_a_phone_is_led_to_tls_and_offered_http_2(front):
    plain = httpx.get(
        f"http://127.0.0.1:{front.plain_port}{SLASH_PATH}", headers={"Host": NAME}, trust_env=False
    )
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    with socket.create_connection(("127.0.0.1", front.port)) as raw, context.wrap_socket(raw) as line:
        spoken = line.selected_alpn_protocol()

    assert (plain.status_code, plain.headers["Location"]) == (301, f"https://{NAME}{SLASH_PATH}")
    assert spoken == "h2"
    assert "max-age" in front.visit().headers["Strict-Transport-Security"]


def test_a_slash_inside_a_lot_stays_inside(front):
    assert front.visit(SLASH_PATH).status_code == 200
    assert front.visit(f"{PATH}/A").status_code == 400


def test_a_page_that_is_kept_is_given_to_nobody_who_asked_for_another(front):
    key = re.search(r'proxy_cache_key "(.+)"', RECIPE.read_text("utf-8"))[1]
    answers = [front.visit(headers=headers) for _ in range(20) for headers in (CHINESE, ENGLISH)]
    as_json = front.visit(headers={**CHINESE, "Accept": "application/json"})

    assert [answer.headers["Content-Language"] for answer in answers] == ["zh-CN", "en"] * 20
    assert "HIT" in {answer.headers["X-Cache"] for answer in answers}
    assert as_json.json()["subject"] == SUBJECT
    for name in answers[0].headers["Vary"].split(","):
        assert f"$http_{name.strip().lower().replace('-', '_')}" in key


def test_what_was_compressed_and_its_etag_stay_as_they_were(front):
    once = front.visit()
    again = front.visit(headers={**CHINESE, "If-None-Match": once.headers["ETag"]})

    assert once.headers["Content-Encoding"] in ("br", "gzip")
    assert again.status_code == 304


def test_a_recall_is_on_the_page_that_was_kept_before_it(front):
    before = front.visit()
    # The sample's version goes by its verdict.
    front.ledger.traces[SUBJECT] = a_trace(events=with_last(PENDING, 3), recalls=(a_notice(),))
    time.sleep(1)
    after = front.visit()
    front.ledger.traces[SUBJECT] = a_trace()

    assert "data-recalled" not in before.text.partition("<head>")[0]
    assert "data-recalled" in after.text.partition("<head>")[0]


def test_the_page_of_somebody_who_is_signed_in_is_kept_nowhere(front):
    front.visit()

    assert front.visit(headers={**CHINESE, "Cookie": "guoji_farm=x"}).headers["X-Cache"] == "BYPASS"
    assert front.visit(headers={**CHINESE, "Authorization": "Bearer x"}).headers["X-Cache"] == "BYPASS"
    for path in ("/farm", "/proof?subject=x", "/healthz"):
        assert "X-Cache" not in front.visit(path).headers


@pytest.mark.parametrize(("path", "state"), [(f"/overlay{PATH}", '"word":"'), (f"/live/{ROOM}", "{}")])
def test_the_first_state_of_an_overlay_comes_at_once(front, path, state):
    with _line(front, f"{path}/events") as answer:
        first = next(line for line in answer.iter_lines() if line.startswith("data: "))

    # The next would come after a minute: nginx did not wait for it.
    assert state in first
    assert "X-Cache" not in answer.headers


def test_one_address_has_not_the_places_of_all_listeners(front):
    most = int(re.search(r"limit_conn guoji_listeners (\d+)", RECIPE.read_text("utf-8"))[1])
    with ExitStack() as lines:
        statuses = [
            lines.enter_context(_line(front, f"/live/{ROOM}/events")).status_code for _ in range(most + 1)
        ]

    assert set(statuses[:most]) == {200}
    assert statuses[most] == 429


@contextmanager
def _line(front, path):
    """An answer that has no end, on a connection of its own."""
    address = f"https://127.0.0.1:{front.port}{path}"
    with httpx.stream("GET", address, headers={"Host": NAME}, verify=TRUSTING, trust_env=False) as answer:
        yield answer


@pytest.mark.parametrize("path", ["/capture", "/scans", "/scans/scratch"])
def test_whoever_sends_without_end_is_told_to_wait(front, path):
    with httpx.Client(verify=False, trust_env=False) as client:
        address, headers = f"https://127.0.0.1:{front.port}{path}", {"Host": NAME}
        assert 429 in (client.post(address, headers=headers).status_code for _ in range(2_000))
