"""kill -9 of any process at any moment: nothing that has a receipt is lost, and the log continues."""

import os
import random
import signal
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.system.running import DEVICES, PARTS, STORY
from traceability.log.checkpoint import Checkpoint
from traceability.log.merkle import leaf_hash, root_of
from traceability.log.note import NoteVerifier
from traceability.own_policy import log_signer
from traceability.telemetry.senml import decode


@contextmanager
def sending(running):
    """Every device sends, from before to after; gives how many readings each has sent, by alias."""
    sent, stop = dict.fromkeys((device.alias for device in DEVICES), 0), threading.Event()
    senders = [threading.Thread(target=send, args=(running, alias, sent, stop)) for alias in sent]
    for sender in senders:
        sender.start()
    try:
        yield sent
    finally:
        stop.set()
        for sender in senders:
            sender.join()


def send(running, alias, sent, stop):
    device = running.device(alias)
    while not stop.wait(0.02):
        sent[alias] += 1
        device.send(time.time_ns() // 1_000_000, {"battery": sent[alias] % 100})
    device.settle(120)
    device.close()


@contextmanager
def watching_checkpoints(running):
    """Gives every checkpoint that was ever there to be served, as far as looking often enough can tell."""
    seen, stop, checkpoints = set(), threading.Event(), running.store.checkpoints

    def watch():
        while not stop.wait(0.05):
            seen.add(checkpoints.newest())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        stop.set()
        watcher.join()


def stored(running, alias):
    history = running.store.history
    return [decode(each.payload, alias).sequence for each in history.readings_between(alias, 0, 10**14)]


def check_one_history(running, notes):
    """Each of `notes` was signed over what is the log's beginning now: no index was handed out twice."""
    log, verifier = running.store.log, NoteVerifier.of(log_signer(running.settings))
    leaves = [leaf_hash(entry) for entry in log.entries(0, log.size())]
    for checkpoint in (Checkpoint.open(note, verifier) for note in notes):
        assert checkpoint.root == root_of(leaves[: checkpoint.size])


@pytest.mark.timeout(0)
def test_whatever_is_killed_every_receipted_reading_is_there_once_and_the_log_continues(running, rounds):
    running.capture(*STORY)
    running.wait_until_anchored()

    with watching_checkpoints(running) as notes:
        with sending(running) as sent:
            for _ in range(rounds):
                for part in random.sample(PARTS, len(PARTS)):
                    time.sleep(random.uniform(0.1, 1.5))
                    running.kill(part)
        running.wait_until_anchored()

    assert all(sent.values())
    for alias, count in sent.items():
        assert sorted(stored(running, alias)) == list(range(1, count + 1)), alias
    assert len(notes) > 1
    check_one_history(running, notes)
    running.audit()
    done = running.verify(running.proof())
    assert done.returncode == 0, done.stdout + done.stderr


def descendants(pid):
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children] + [below for child in children for below in descendants(child)]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.timeout(0)
def test_a_killed_guoji_up_takes_all_its_parts_along_and_the_next_one_goes_on(installed, rounds):
    running = installed()
    running.up()
    running.capture(*STORY)

    for epoch in range(1, rounds + 1):
        device = running.device("logger-1", epoch)
        for number in range(200):
            device.send(time.time_ns() // 1_000_000, {"battery": number % 100})
        time.sleep(random.uniform(0, 2))
        parts = descendants(running.up_process.pid)
        running.up_process.send_signal(signal.SIGKILL)
        running.up_process.wait()
        receipted = 200 - device.kept()
        device.close()
        wait_until(lambda parts=parts: not any(alive(pid) for pid in parts))
        running.up()

        assert len(parts) > len(PARTS)  # the chain is a process of the devnet's
        of_epoch = [each for each in numbers_by_epoch(running) if each[0] == epoch]
        assert len(set(of_epoch)) == len(of_epoch) >= receipted

    running.wait_until_anchored()
    running.audit()
    assert running.verify(running.proof()).returncode == 0


def numbers_by_epoch(running):
    readings = running.store.history.readings_between("logger-1", 0, 10**14)
    return [(each.epoch, each.sequence) for each in readings]


def wait_until(reached, within_s=10):
    give_up_at_s = time.monotonic() + within_s
    while not reached():
        assert time.monotonic() < give_up_at_s
        time.sleep(0.05)


def test_with_the_process_that_they_are_forked_from_the_parts_end_and_all_begin_anew(running):
    before = running.pids()
    roles = before.keys() - {"broker"}
    [parent] = {
        int(Path(f"/proc/{before[role]}/stat").read_text().rpartition(")")[2].split()[1]) for role in roles
    }

    os.kill(parent, signal.SIGKILL)
    running.wait_for("the old parts to end", lambda: not any(alive(before[role]) for role in roles))
    running.wait_for("new parts", lambda: all(alive(pid) for pid in running.pids().values()))

    assert running.pids()["broker"] == before["broker"]
    assert not set(running.pids().values()) & {before[role] for role in roles}
    running.wait_for("the pages", lambda: running.ready()["store"] == "ok")
    assert Path(f"/proc/{running.pids()['seal']}/comm").read_text() == "guoji-seal\n"


def test_a_second_guoji_up_in_one_home_is_refused_and_disturbs_nothing(running):
    before = running.pids()

    done = running.guoji("up")

    assert done.returncode == 65
    assert done.stderr == f"guoji: `guoji up` runs already in {running.home}\n"
    assert running.pids() == before
    assert all(alive(pid) for pid in before.values())
    assert os.getpid() not in before.values()
