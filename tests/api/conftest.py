"""A web server over sample traces, shared by the tests of routes."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from scripts.screenshots import ARGUMENTS, CHROMIUM
from tests.api.capturing import CaptureLedger, a_capture_ledger, partner_of
from tests.api.samples import a_trace
from tests.api.serving import SampleLedger, served


@pytest.fixture(scope="session")
def site() -> Iterator[httpx.Client]:
    """A client of a server that holds one verified lot. Nothing that a test does changes what it answers."""
    trace = a_trace()
    with (
        served(SampleLedger({trace.subject: trace})) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def holdings(tmp_path: Path) -> Iterator[CaptureLedger]:
    """An empty ledger that captures."""
    with a_capture_ledger(tmp_path) as ledger:
        yield ledger


@pytest.fixture
def partner(holdings: CaptureLedger) -> Iterator[httpx.Client]:
    """A client, with a token, of a server over `holdings`."""
    with partner_of(holdings) as client:
        yield client
