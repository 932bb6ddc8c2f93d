"""The alert role as a process: it tells real receivers, and kill -9 at any moment loses no alert."""

import json
import os
import signal
import subprocess
import time

import pytest

from tests.alerts.farm import Farm
from tests.alerts.sinks import mail_sink, webhook_sink
from tests.system.running import GUOJI
from traceability.store.alert_tables import alert
from traceability.store.schema import open_engine

PLAN = """
[[rule]]
name = "too warm"
high = 4
settle_s = 0
[[target]]
name = "ops"
webhook = "http://127.0.0.1:{http}/alerts"
secret_file = "ops.secret"
[[target]]
name = "mail"
smtp = "127.0.0.1:{smtp}"
from = "guoji@farm.example"
to = ["ops@farm.example"]
starttls = false
"""


@pytest.fixture
def watched(settings):
    """A farm with sinks for its alerts, and a way to start the role."""
    with webhook_sink() as http, mail_sink() as mail:
        (settings.home / "alerts.toml").write_text(PLAN.format(http=http.port, smtp=mail.port))
        secret = settings.home / "ops.secret"
        secret.write_text("whsec_" + "A" * 32)
        secret.chmod(0o600)
        engine = open_engine(settings.database_url)
        farm = Farm(engine)
        farm.now = int(time.time() * 1000) - 3_600_000
        farm.has("truck-1")
        environment = {**os.environ, "GUOJI_HOME": str(settings.home), "GUOJI_ALERT_LOOPBACK": "true"}
        started = []

        def start():
            log = (settings.home / "alert.log").open("ab")
            started.append(subprocess.Popen([*GUOJI, "alert"], env=environment, stdout=log, stderr=log))
            log.close()
            return started[-1]

        yield farm, http, mail, start
        for process in started:
            process.kill()
            process.wait()
        engine.dispose()


def wait_for(reached, within_s=60):
    give_up_at_s = time.monotonic() + within_s
    while not reached():
        assert time.monotonic() < give_up_at_s
        time.sleep(0.05)


def numbers(came):
    """Of the alerts that webhooks told of, by kind."""
    told = {"raised": set(), "resolved": set()}
    for _, _, body in came:
        notice = json.loads(body)
        told[notice["kind"]] |= {each["number"] for each in notice["alerts"]}
    return told


def test_a_reading_outside_reaches_webhook_and_mailbox_and_the_role_ends_when_told(watched):
    farm, http, mail, start = watched
    role = start()
    farm.send("truck-1", 9)

    wait_for(lambda: http.came and mail.came)
    role.terminate()

    assert role.wait(60) == 0
    assert numbers(http.came) == {"raised": {1}, "resolved": set()}
    assert len(mail.came) == 1


def test_killed_at_any_moment_it_tells_of_every_alert_at_least_once(watched):
    farm, http, _, start = watched
    for number in range(5):
        role = start()
        farm.send("truck-1", 9)
        # From before its first look to after its first delivery.
        time.sleep(0.5 + 0.35 * number)
        role.send_signal(signal.SIGKILL)
        role.wait()
        farm.send("truck-1", 2)
    start()

    # What was being delivered when it was killed waits for the end of its lease; the others for a summary.
    wait_for(lambda: numbers(http.came) == {"raised": {1, 2, 3, 4, 5}, "resolved": {1, 2, 3, 4, 5}}, 240)

    assert farm.count(alert) == 5
