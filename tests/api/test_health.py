"""How the system says that it is well, and how it says that it is not."""

import asyncio

import httpx
import pytest

from api.readiness import Readiness
from tests.api.samples import PATH, SUBJECT
from tests.api.serving import SampleHealth, SampleLedger, served
from traceability.errors import ChainUnavailable, NotInLogYet, Refused, TraceError, Unavailable


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
        "store": "away" if health.store else "ok",
        "broker": "away" if health.broker else "ok",
        "chain": "away" if health.chain else "ok",
    }


def test_what_is_wrong_goes_to_the_log_on_one_line(caplog):
    asyncio.run(Readiness(lambda: SampleHealth(chain="chain at 10.0.0.7:8545:\nrefused")).parts())

    assert "chain is away: chain at 10.0.0.7:8545: refused" in caplog.text


def test_a_crowd_that_asks_whether_we_are_well_is_one_question_every_two_seconds():
    asked, seconds = [], [0.0]

    def ask():
        asked.append(seconds[0])
        return SampleHealth()

    async def crowd():
        readiness = Readiness(ask, lambda: seconds[0])
        for moment in (0.0, 1.9, 2.0):
            seconds[0] = moment
            await asyncio.gather(*(readiness.parts() for _ in range(50)))

    asyncio.run(crowd())

    assert asked == [0.0, 2.0]


def test_metrics_are_the_ledgers_numbers(site):
    text = site.get("/metrics").text

    assert "guoji_readings_stored 2000.0" in text
    assert "guoji_entries_waiting 3.0" in text


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (Unavailable("host db.internal, user guoji: refused"), 503, "the store does not answer"),
        (ChainUnavailable("chain at 10.0.0.7: refused"), 503, "the chain does not answer"),
        (NotInLogYet("try again"), 503, "try again"),
        (Refused("fork"), 500, "fork"),
        (TraceError("other"), 500, "other"),
    ],
)
def test_each_kind_of_error_has_its_status(error, status, said, caplog):
    with served(SampleLedger(away=error)) as address:
        page = httpx.get(f"{address}{PATH}?lang=en", headers={"Accept": "text/html"}, trust_env=False)
        problem = httpx.get(address + PATH, trust_env=False)

    assert page.status_code == problem.status_code == status
    assert problem.json()["detail"] == said
    assert said in page.text
    if said != str(error):
        assert str(error) not in page.text + problem.text
        assert str(error) in caplog.text
    assert ("retry-after" in page.headers) == (status == 503)


def test_a_fault_of_ours_tells_a_stranger_nothing_but_that_it_is_ours():
    with served(SampleLedger(away=RuntimeError("password is hunter2"))) as address:
        page = httpx.get(f"{address}{PATH}?lang=en", headers={"Accept": "text/html"}, trust_env=False)

    assert page.status_code == 500
    assert "Something went wrong here" in page.text
    assert "RuntimeError" not in page.text
    assert "hunter2" not in page.text


def test_an_unknown_path_or_method_is_a_problem_too(site):
    assert site.get("/nothing/here").json()["status"] == 404
    assert site.put("/capture").json()["status"] == 405


@pytest.mark.parametrize(
    "path",
    [
        "/", PATH, f"/overlay{PATH}", f"/proof/{'ab' * 32}", f"/proof?subject={SUBJECT}", "/trust",
        f"/batch/{'ab' * 32}", f"/documents/{'ab' * 32}", "/log/checkpoint", "/log/tile/0/000",
        "/healthz", "/readyz",
    ],
)  # fmt: skip
def test_who_asks_for_the_headers_alone_gets_them(site, path):
    whole, head = site.get(path), site.head(path)

    assert head.status_code == whole.status_code == 200
    assert head.content == b""
    assert head.headers["content-type"] == whole.headers["content-type"]
