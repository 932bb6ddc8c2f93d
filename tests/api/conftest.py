"""A web server over sample traces, shared by the tests of routes."""

from collections.abc import Iterator

import httpx
import pytest

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
