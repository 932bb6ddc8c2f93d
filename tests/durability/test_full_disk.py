"""A disk that is full ends no part and loses nothing; when there is room again, all go on by themselves."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from traceability.chain.compile import compile_trace_log

PROJECT = Path(__file__).parents[2]
SMALL = 'mount -t tmpfs -o size=64m none "$0" && exec "$@"'


@pytest.fixture
def on_a_small_disk(tmp_path):
    """Runs a module on a disk of 64 MB, in a name space of its own: for this no rights are needed."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-Urm", "true"], check=False).returncode:
        pytest.skip("this machine lets nobody have name spaces of his own")
    disk = tmp_path / "disk"
    disk.mkdir()
    return lambda module, *words: subprocess.run(
        ["unshare", "-Urm", "sh", "-c", SMALL, disk, sys.executable, "-m", module, disk, *words],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(0)
def test_a_full_disk_stops_nothing_but_the_receipts_and_all_goes_on_once_there_is_room(
    on_a_small_disk, tmp_path
):
    compile_trace_log(PROJECT, tmp_path / "compiled")

    done = on_a_small_disk("tests.durability.full_disk", tmp_path / "compiled")

    assert done.returncode == 0, done.stderr[-6000:]
