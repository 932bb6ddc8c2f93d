"""The verifier as browsers get it: small, made from its source, and loading no more than it needs."""

import json
import re
import subprocess
from pathlib import Path

import httpx
import pytest

from scripts.screenshots import CHROMIUM
from tests.api.serving import SampleLedger, served
from tests.browser.running import PROJECT, a_job, chromium, in_page

MOST_BYTES = 4096
PAGE = PROJECT / "docs" / "verify-js.md"
VECTORS = Path(__file__).parents[1] / "vectors" / "proof"
SCRIPTS = [
    "verify.js",
    "verify-trace.js",
    "verify-ed25519.js",
    "verify-readings.js",
    "verify-cbor.js",
    "verify-code.js",
]

needs_chromium = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian package chromium is missing")
WITHOUT_ED25519 = "void (crypto.subtle.importKey = async () => { throw new DOMException(); })"
WITHOUT_WEBCRYPTO = "void Object.defineProperty(globalThis, 'crypto', { value: {} })"


def vector(name):
    return json.loads((VECTORS / f"{name}.json").read_text())


@pytest.fixture(scope="module")
def client():
    with (
        served(SampleLedger()) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        yield client


def test_the_verifier_has_less_than_4_kb_in_brotli(client):
    content = client.get("/static/verify.js").content

    script = "console.log(require('zlib').brotliCompressSync(require('fs').readFileSync(0)).length)"
    done = subprocess.run(
        ["scripts/node", "-e", script], cwd=PROJECT, input=content, capture_output=True, check=True
    )
    assert int(done.stdout) < MOST_BYTES


def test_what_is_served_is_what_the_source_makes_and_as_long_as_its_page_says():
    done = subprocess.run(
        ["scripts/node", "scripts/make_verify_js.js", "--check"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    rows = re.findall(r"^\| `(verify.*\.js)` \|.*\| ([\d,]+) \|$", PAGE.read_text(), re.MULTILINE)
    printed = re.findall(r"^(verify\S*\.js): \d+ bytes, (\d+) in brotli$", done.stdout, re.MULTILINE)
    assert {name: int(size.replace(",", "")) for name, size in rows} == {
        name: int(size) for name, size in printed
    }


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_a_module_for_any_page_and_is_kept_for_an_hour(client, name):
    answer = client.get(f"/static/{name}")
    again = client.get(f"/static/{name}", headers={"If-None-Match": answer.headers["etag"]})

    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["verify", "..%2fapp.py", "overlay.js", "verify.js.map"])
def test_nothing_else_is_served_there(client, name):
    assert client.get(f"/static/{name}").status_code == 404


def loaded(page, name, script="0"):
    """The verdict on a vector in a browser with `script`, and the scripts that were loaded for it."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(script)
    [result] = in_page(page, "check", [a_job(vector(name))])
    origin = page.url.split("/tests/")[0]
    assert all(url.startswith(origin + "/") for url in asked), asked
    return result["verdict"], {url.rsplit("/", 1)[1] for url in asked if "/api/static/" in url}


@pytest.mark.slow
@needs_chromium
@pytest.mark.parametrize(
    ("name", "scripts"),
    [
        ("sound-event", {"verify.js"}),
        ("sound-batch", {"verify.js", "verify-readings.js"}),
        ("sound-complete-trace", {"verify.js", "verify-readings.js", "verify-trace.js"}),
    ],
)
def test_it_loads_what_the_file_needs_and_asks_nobody_else(name, scripts):
    with chromium() as page:
        assert loaded(page, name) == ("verified", scripts)


@pytest.mark.slow
@needs_chromium
@pytest.mark.parametrize("script", [WITHOUT_ED25519, WITHOUT_WEBCRYPTO])
def test_what_stands_in_for_webcrypto_is_loaded_only_where_it_lacks_and_judges_alike(script):
    with chromium() as page:
        assert loaded(page, "sound-event", script) == ("verified", {"verify.js", "verify-ed25519.js"})
    with chromium() as page:
        assert loaded(page, "lie-signature-changed", script)[0] == "contradicted"
