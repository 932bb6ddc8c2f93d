"""Text from outside is text on the page, whatever it says."""

import re
from dataclasses import replace
from urllib.parse import quote

import httpx
import pytest

from api.pages import Pages
from api.present.trace import trace_page
from api.words import languages
from tests.api.samples import PATH, a_body, a_curve, a_trace, a_traced_event, lab_results, told
from tests.api.serving import SampleLedger, served
from traceability.proof.verdict import Contradicted, Unchecked
from traceability.telemetry.findings import Finding, Kind

EVIL = "<script>alert(1)</script>\x1b[31m\"'><img src=x onerror=alert(1)>\u202e{0}{x}%s"
BOTH = {"zh": EVIL, "en": EVIL}


def an_evil_trace():
    body = a_body(
        EVIL,
        4,
        "shop",
        disposition=EVIL,
        readPoint={"id": EVIL, "guoji:name": told(EVIL, EVIL)},
        bizTransactionList=[{"bizTransaction": "javascript:alert(1)"}, {"bizTransaction": EVIL}],
        certificationInfo=["https://cert.example/1", "http://plain.example/"],
        quantityList=[{"epcClass": "x", "quantity": 1, "uom": EVIL}],
    ) | {"guoji:party": {"guoji:name": told(EVIL, EVIL)}, "guoji:readingCount": 3, "guoji:device": EVIL}
    events = tuple(
        a_traced_event(body, verdict, submitter=EVIL, staged=BOTH, key=f"{number:064x}")
        for number, verdict in enumerate((Contradicted(EVIL, EVIL), Unchecked(EVIL)))
    )
    return a_trace(
        product=BOTH,
        origin=BOTH,
        events=events,
        curves=(a_curve(alias=EVIL, name=BOTH, metric=EVIL, unit=EVIL, staged=BOTH),),
        lab_results=tuple(
            replace(result, analyte=BOTH, unit=EVIL, laboratory=BOTH) for result in lab_results()
        ),
        findings=(Finding(Kind.GAP, EVIL, EVIL, None, None, 1, EVIL),),
        staged=(BOTH,),
        chain_label=EVIL,
    )


@pytest.mark.parametrize(
    "path", [f"{PATH}?lang=en", f"{PATH}?lang=zh", f"/overlay{PATH}?layout={quote(EVIL)}"]
)
def test_hostile_text_is_shown_as_text(path):
    trace = an_evil_trace()
    with served(SampleLedger({trace.subject: trace})) as address:
        page = httpx.get(address + path, trust_env=False)

    assert page.status_code == 200
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert not set("\x1b\u202e\x00") & set(page.text)


def test_only_https_addresses_are_links():
    words = languages()["en"]
    page = trace_page(an_evil_trace(), words, "https://guoji.example")

    text = bytes(Pages().html("trace.html", words, "unknown", page=page).body).decode()

    outside = [
        href for href in re.findall(r'href="([^"]*)"', text) if not href.startswith(("/", "#", "?", "data:,"))
    ]
    assert set(outside) == {"https://cert.example/1"}
    assert "javascript:alert(1)" in text


def test_a_hostile_query_does_not_come_back_as_markup(site):
    for path in (
        "/?code=%3Cscript%3E",
        "/01/%3Cscript%3E",
        f"{PATH}?lang=%22%3E%3Cscript%3E",
        "/%3Cscript%3E",
    ):
        assert "<script>" not in site.get(path, headers={"Accept": "text/html"}).text
