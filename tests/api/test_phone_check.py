"""What the phone's check is made of: words for every reason, a policy for the browser, not much weight."""

import re
import subprocess
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from api.present.phone_check import UNCHECKED
from tests.api.checked import PATH, a_ledger
from tests.api.samples import a_trace
from tests.api.serving import SampleLedger, served

PROJECT = Path(__file__).parents[2]
VERIFIER = PROJECT / "api" / "verifier"


def test_every_reason_for_which_a_check_did_not_run_has_words():
    # No trace page asks about the file of a code.
    paths = [path for path in VERIFIER.glob("*.js") if path.name != "verify_code.js"]
    source = "".join(path.read_text("utf-8") for path in paths)
    reasons = re.findall(r'unchecked\(\s*["`](.*?)["`]', source)

    assert len(reasons) > 8
    assert [reason for reason in reasons if not any(phrase in reason for phrase in UNCHECKED)] == []
    assert [phrase for phrase in UNCHECKED if phrase not in source] == []


def a_page(ledger, **headers):
    with served(ledger) as address:
        return httpx.get(f"{address}{PATH}", headers=headers, trust_env=False)


def test_the_page_may_ask_itself_and_the_endpoints_of_the_policy_and_is_another_page_with_others():
    first, second = a_page(a_ledger(endpoint="https://rpc.example/key")), a_page(a_ledger())

    assert "connect-src 'self' https://rpc.example;" in first.headers["content-security-policy"]
    assert "connect-src 'self';" in second.headers["content-security-policy"]
    assert first.headers["etag"] != second.headers["etag"]


def brotli_size(content):
    script = "console.log(require('zlib').brotliCompressSync(require('fs').readFileSync(0)).length)"
    return int(subprocess.check_output(["scripts/node", "-e", script], cwd=PROJECT, input=content))


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_with_2_000_readings_and_8_proofs_page_and_check_together_have_at_most_16_kb_in_brotli(lang):
    whole = a_trace()
    full = replace(whole, events=whole.events[2:10], curves=whole.curves[:1])
    assert (len(full.events), len(full.curves[0].points)) == (8, 1921)
    with served(SampleLedger({full.subject: full})) as address:
        page = httpx.get(f"{address}{urlsplit(full.subject).path}?lang={lang}", trust_env=False)
        script = httpx.get(f"{address}/static/check.js", trust_env=False)

    assert sum(map(brotli_size, (page.content, script.content))) <= 16 * 1024
