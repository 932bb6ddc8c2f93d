"""The committed vectors are what their scripts write, so nobody edits one by hand."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize("kind", ["codes", "credentials", "log", "on_air", "personal", "proof"])
def test_the_vectors_are_those_that_the_script_writes(kind, tmp_path):
    subprocess.run([sys.executable, HERE / kind / "generate.py", tmp_path], check=True)

    assert contents(HERE / kind) == contents(tmp_path)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.json")}
