"""`guoji status` is the first thing that is asked in an outage: it says that there is one."""

import json

from traceability.cli.main import main
from traceability.cli.up import only_one


def test_it_says_that_what_ran_here_runs_no_more(settings, monkeypatch, capsys):
    monkeypatch.setenv("GUOJI_HOME", str(settings.home))
    (settings.home / "run").mkdir(exist_ok=True)

    def said(*more):
        assert main(("status", *more)) == 0
        return capsys.readouterr().out

    assert "does not run" not in said()  # parts may run each by itself: nobody ever typed `guoji up`
    with only_one(settings.home).held():
        assert "does not run" not in said()
        assert json.loads(said("--json"))["up"] is True

    assert said().startswith("`guoji up` does not run here (any more)")
    assert json.loads(said("--json"))["up"] is False
