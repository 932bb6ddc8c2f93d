"""What became of a document is kept with its events, whatever happens meanwhile."""

import json
import signal
import subprocess
import sys
import threading

import pytest
from sqlalchemy import func, select

from tests.builders import CONTEXT, FARM, a_harvest
from traceability.errors import TraceError, Unknown
from traceability.ledger.capture_jobs import EVENTS_A_COMMIT, CaptureJobs
from traceability.ledger.grant import Grant
from traceability.ledger.permission import Permission
from traceability.store.capture_jobs import JobTable
from traceability.store.events import EventTable, event, mention, pending
from traceability.store.parties import PartyTable
from traceability.store.schema import open_engine

FARMER = Grant("capture", FARM)
NOW_MS = 1_790_000_000_000
FIVE_MINUTES_MS = 5 * 60_000
DIES_BEFORE_ITS_COMMIT = """
import os, signal, sys
from sqlalchemy import event
from traceability.store.schema import open_engine
from tests.store.test_capture_jobs import NOW_MS, jobs_of, FARMER

left = int(sys.argv[3])
def about_to_commit(_connection):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

engine = open_engine(sys.argv[1])
event.listen(engine, "commit", about_to_commit)
jobs_of(engine).capture(sys.stdin.buffer.read(), FARMER, sys.argv[2])
"""


def jobs_of(engine, now_ms=NOW_MS):
    events = EventTable(engine)
    permission = Permission(PartyTable(engine).register, events)
    return CaptureJobs(JobTable(engine), events, permission, lambda: now_ms)


def a_document(numbers):
    document = {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-08-15T14:00:00Z",
        "epcisBody": {"eventList": [dict(a_harvest(kg=number + 1).body) for number in numbers]},
    }
    return json.dumps(document).encode()


def counted(engine, table):
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def killed_before_commit(engine, number, behaviour, document):
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", DIES_BEFORE_ITS_COMMIT, url, behaviour, str(number)]
    done = subprocess.run(command, input=document, check=False)
    assert done.returncode == -signal.SIGKILL


def test_a_crash_under_rollback_leaves_neither_events_nor_a_job(engine):
    document = a_document(range(700))

    # The first commit forgets old jobs.
    killed_before_commit(engine, 2, "rollback", document)

    assert [counted(engine, table) for table in (event, mention, pending)] == [0, 0, 0]
    assert jobs_of(engine).jobs(None, None, 9) == []
    assert not jobs_of(engine).capture(document, FARMER, "rollback").errors
    assert counted(engine, event) == counted(engine, pending) == 700


def test_a_crash_under_proceed_leaves_whole_commits_and_a_job_that_comes_to_say_so(engine):
    document = a_document(range(EVENTS_A_COMMIT + 200))

    killed_before_commit(engine, 3, "proceed", document)

    assert counted(engine, event) == counted(engine, pending) == EVENTS_A_COMMIT
    [job] = jobs_of(engine).jobs(FARM, None, 9)
    assert job.running
    assert jobs_of(engine, NOW_MS + FIVE_MINUTES_MS - 1).job(job.id, FARM).running
    told = jobs_of(engine, NOW_MS + FIVE_MINUTES_MS).job(job.id, FARM)
    assert not told.running
    assert "the server stopped in the middle" in told.errors[0]
    again = jobs_of(engine).capture(document, FARMER, "proceed")
    assert (again.running, again.errors) == (False, ())
    assert counted(engine, event) == EVENTS_A_COMMIT + 200


def test_a_finished_job_stays_as_it_ended(engine):
    job = jobs_of(engine).capture(a_document(range(3)), FARMER, "proceed")

    assert jobs_of(engine, NOW_MS + 2 * FIVE_MINUTES_MS).job(job.id, FARM) == job


def test_wrong_events_beyond_a_thousand_are_counted(engine):
    listed = json.dumps({**json.loads(a_document([])), "epcisBody": {"eventList": [5] * 1_003}}).encode()

    job = jobs_of(engine).capture(listed, FARMER, "proceed")

    assert len(job.errors) == 1_001
    assert job.errors[999].startswith("/epcisBody/eventList/999: found 5")
    assert job.errors[1_000] == "and 3 more events"


def test_another_party_cannot_tell_a_job_from_none(engine):
    job = jobs_of(engine).capture(a_document(range(1)), FARMER, "rollback")

    with pytest.raises(Unknown, match="no capture job has the ID"):
        jobs_of(engine).job(job.id, "9521234000013")


@pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
def test_the_same_events_captured_by_many_at_once_are_kept_once_each(engine, behaviour):
    url, failures = engine.url.render_as_string(hide_password=False), []
    shares = [range(first, first + 900) for first in (0, 300, 600)]

    def work(share):
        own = open_engine(url)
        try:
            jobs_of(own).capture(a_document(share), FARMER, behaviour)
        except TraceError as failure:
            failures.append(failure)
        finally:
            own.dispose()

    threads = [threading.Thread(target=work, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert counted(engine, event) == counted(engine, pending) == 1_500
    assert len(jobs_of(engine).jobs(FARM, None, 9)) == 3
