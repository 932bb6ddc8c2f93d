"""From the commit of a reading to the call of a webhook, through the alert role as a process of its own.

python -m bench.alerts.latency [ALERTS]
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.alerts.farm import Farm
from tests.alerts.sinks import Sink, webhook_sink
from traceability.settings import Settings
from traceability.store.schema import open_engine
from traceability.upkeep.installation import make

PLAN = """
[[rule]]
name = "too warm"
high = 4
settle_s = 0
[[target]]
name = "ops"
webhook = "http://127.0.0.1:{port}/"
secret_file = "ops.secret"
"""
PAUSE_S = 16
"""Between alerts: more than five notices a minute would be told as a summary."""


def main(alerts: int) -> None:
    with TemporaryDirectory() as folder, webhook_sink() as sink:
        settings = Settings.read({"GUOJI_HOME": folder})
        make(settings)
        (Path(folder) / "alerts.toml").write_text(PLAN.format(port=sink.port))
        secret = Path(folder) / "ops.secret"
        secret.write_text("whsec_" + "A" * 32)
        secret.chmod(0o600)
        farm = Farm(open_engine(settings.database_url))
        farm.has(*(f"truck-{number}" for number in range(alerts)))
        role = subprocess.Popen(
            [sys.executable, "-m", "traceability.cli.main", "alert"],
            env={**os.environ, "GUOJI_HOME": folder, "GUOJI_ALERT_LOOPBACK": "true"},
            stderr=subprocess.DEVNULL,
        )
        try:
            time.sleep(5)
            took_ms = sorted(_alert(farm, sink, f"truck-{number}") for number in range(alerts))
        finally:
            role.terminate()
            role.wait()
    print(f"alerts                  {alerts}")
    print(f"reading to webhook, ms  median {median(took_ms):.0f}, worst {took_ms[-1]:.0f}, want under 2000")


def _alert(farm: Farm, sink: Sink, alias: str) -> float:
    """Milliseconds from the commit of a reading that is too warm to the call."""
    before = len(sink.came)
    farm.now = int(time.time() * 1000)
    farm.send(alias, 9)
    committed = time.monotonic()
    while len(sink.came) == before:
        time.sleep(0.001)
    took_ms = (time.monotonic() - committed) * 1000
    assert json.loads(sink.came[-1][2])["alerts"][0]["device"] == alias
    time.sleep(PAUSE_S)
    return took_ms


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
