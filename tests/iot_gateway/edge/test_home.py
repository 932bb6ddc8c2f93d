"""A home that several processes open in one instant: `guoji edge status` beside a box that starts."""

import multiprocessing
import threading

import pytest

from iot_gateway.edge.database import Database
from iot_gateway.edge.home import BoxHome
from traceability.errors import Refused, Unavailable

AT_ONCE = 4
ROUNDS = 10


def _open(file, start, said):
    start.wait()
    try:
        Database(file).close()
    except (Refused, Unavailable) as error:
        said.put(repr(error))
    else:
        said.put("")


def test_processes_that_open_a_new_file_at_once_all_get_it(tmp_path):
    forked = multiprocessing.get_context("fork")
    for number in range(ROUNDS):
        start, said = forked.Barrier(AT_ONCE), forked.SimpleQueue()
        file = tmp_path / f"{number}.db"
        openers = [forked.Process(target=_open, args=(file, start, said)) for _ in range(AT_ONCE)]
        for each in openers:
            each.start()
        assert [said.get() for _ in openers] == [""] * AT_ONCE
        for each in openers:
            each.join()


def test_who_asks_whether_a_box_runs_stops_none_that_starts(tmp_path):
    home, stop = BoxHome(tmp_path), threading.Event()

    def ask():
        while not stop.is_set():
            home.alone.is_held()

    crowd = [threading.Thread(target=ask) for _ in range(4)]
    for each in crowd:
        each.start()
    try:
        for _ in range(50):
            with home.alone.held():
                assert home.alone.is_held()
    finally:
        stop.set()
        for each in crowd:
            each.join()
    assert not home.alone.is_held()


def test_a_second_box_is_refused(tmp_path):
    home = BoxHome(tmp_path)
    with home.alone.held(), pytest.raises(Refused, match="runs already"), home.alone.held():
        pass
