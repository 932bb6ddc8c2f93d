"""How the system says that it is well, and how it says that it is not."""

import httpx
import pytest

from tests.api.samples import PATH
from tests.api.serving import SampleHealth, SampleLedger, served
from traceability.errors import ChainUnavailable, Refused, TraceError


def test_alive_and_ready(site):
    assert site.get("/healthz").json() == {"alive": True}
    assert site.get("/readyz").json() == {"store": "ok", "broker": "ok", "chain": "ok"}


@pytest.mark.parametrize(
    ("health", "status"),
    [
        (SampleHealth(store="disk is full"), 503),
        (SampleHealth(broker="refused"), 200),
        (SampleHealth(chain="timed out"), 200),
    ],
)
def test_only_a_missing_store_makes_it_unready_and_each_part_is_named(health, status):
    with served(SampleLedger(state_of_health=health)) as address:
        answer = httpx.get(f"{address}/readyz", trust_env=False)

    assert answer.status_code == status
    assert answer.json() == {
        "store": health.store or "ok",
        "broker": health.broker or "ok",
        "chain": health.chain or "ok",
    }


def test_metrics_are_the_ledgers_numbers(site):
    text = site.get("/metrics").text

    assert "guoji_readings_stored 2000.0" in text
    assert "guoji_entries_waiting 3.0" in text


@pytest.mark.parametrize(
    ("error", "status"),
    [(ChainUnavailable("no answer"), 503), (Refused("fork"), 500), (TraceError("other"), 500)],
)
def test_each_kind_of_error_has_its_status(error, status):
    with served(SampleLedger(away=error)) as address:
        page = httpx.get(f"{address}{PATH}?lang=en", headers={"Accept": "text/html"}, trust_env=False)
        problem = httpx.get(address + PATH, trust_env=False)

    assert page.status_code == problem.status_code == status
    assert problem.json()["detail"] == str(error)
    assert ("retry-after" in page.headers) == (status == 503)


def test_a_fault_of_ours_tells_a_stranger_nothing_but_that_it_is_ours():
    with served(SampleLedger(away=RuntimeError("password is hunter2"))) as address:
        page = httpx.get(f"{address}{PATH}?lang=en", headers={"Accept": "text/html"}, trust_env=False)

    assert page.status_code == 500
    assert "Something went wrong here" in page.text
    assert "hunter2" not in page.text


def test_an_unknown_path_or_method_is_a_problem_too(site):
    assert site.get("/nothing/here").json()["status"] == 404
    assert site.put("/capture").json()["status"] == 405
