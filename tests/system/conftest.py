"""Installations of real processes, each in a folder of its own, ended with the test."""

import shutil
from pathlib import Path

import pytest

from tests.system.running import Running
from traceability.chain.compile import compile_trace_log

PROJECT = Path(__file__).parents[2]


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """The compiled contract, so that not every installation has to wait for the compiler."""
    folder = tmp_path_factory.mktemp("compiled")
    compile_trace_log(PROJECT, folder)
    return folder


@pytest.fixture(scope="module")
def installed(tmp_path_factory, compiled):
    """Makes installations that do not run yet; ends those that do."""
    made = []

    def install(**given: str) -> Running:
        running = Running(tmp_path_factory.mktemp("home"), given)
        made.append(running)
        running.make()
        shutil.copytree(compiled, running.home / "compiled")
        return running

    yield install
    for running in made:
        running.down()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def running(request, installed):
    """An installation that runs, on each kind of database."""
    given = {} if request.param == "sqlite" else {"DATABASE": request.getfixturevalue("new_postgresql")()}
    running = installed(**given)
    running.up()
    return running
