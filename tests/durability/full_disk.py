"""A whole installation on a small disk that fills up and is cleared again: FOLDER COMPILED-CONTRACT."""

import shutil
import sys
import time
from pathlib import Path

from tests.system.running import STORY, Running

ALIAS = "logger-1"
KINDS = ("gateway", "seal", "publish")


def fill(disk: Path) -> Path:
    file = disk / "filler"
    with file.open("wb", buffering=0) as stream:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    stream.write(bytes(size))
            except OSError:
                continue
    return file


def send(device, count):
    for number in range(count):
        device.send(time.time_ns() // 1_000_000, {"battery": number})


def main(disk: Path, compiled: Path) -> None:
    running = Running(disk / "home")
    running.make()
    shutil.copytree(compiled, running.home / "compiled")
    running.up()
    try:
        check(running, disk)
    finally:
        running.down()


def check(running: Running, disk: Path) -> None:
    running.capture(*STORY)
    device = running.device(ALIAS)
    send(device, 100)
    device.settle(30)
    before = running.pids()

    filler = fill(disk)
    send(device, 100)
    time.sleep(8)

    assert device.kept() == 100, f"{100 - device.kept()} receipts came from a full disk"
    assert running.pids() == before, f"{before} became {running.pids()}"

    filler.unlink()
    device.settle(90)
    device.close()
    running.wait_until_anchored()

    after = running.pids()
    assert {part: after[part] for part in KINDS} == {part: before[part] for part in KINDS}
    readings = list(running.store.history.readings_between(ALIAS, 0, 10**14))
    assert sorted(each.sequence for each in readings) == list(range(1, 201))
    running.audit()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
