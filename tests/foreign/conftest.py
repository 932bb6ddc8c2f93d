"""A program that shares no code with us, built from Go's own packages for transparency logs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent / "check_log"
PACKAGES = Path("/usr/share/gocode")
"""Where Debian puts Go packages."""


@pytest.fixture(scope="session")
def check_log(tmp_path_factory):
    """Runs the program on a log; gives its process when it has ended."""
    go = shutil.which("go")
    if go is None or not (PACKAGES / "src" / "golang.org" / "x" / "mod").is_dir():
        pytest.skip("the Debian package gccgo-go or golang-golang-x-mod-dev is missing")
    folder = tmp_path_factory.mktemp("go")
    program = folder / "check_log"
    offline = {"GOPATH": str(PACKAGES), "GO111MODULE": "off", "GOCACHE": str(folder / "cache"), "GOFLAGS": ""}
    subprocess.run([go, "build", "-o", program, "."], cwd=SOURCE, env=os.environ | offline, check=True)

    def run(log, key, **more):
        options = [f"-{name}={value}" for name, value in {"log": log, "key": key, **more}.items()]
        return subprocess.run([program, *options], capture_output=True, text=True, timeout=60)

    return run
