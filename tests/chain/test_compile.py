"""The compiler and its cache."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from traceability.chain.compile import compile_trace_log
from traceability.errors import Refused

PROJECT = Path(__file__).parents[2]
ARTIFACT = PROJECT / "artifacts/contracts/TraceLog.sol/TraceLog.json"

pytestmark = pytest.mark.slow


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A project whose sources may be spoilt."""
    for name in ("contracts", "scripts"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    shutil.copy(PROJECT / "package-lock.json", tmp_path)
    for name in ("node_modules", ".venv"):
        (tmp_path / name).symlink_to(PROJECT / name)
    return tmp_path


def spoil(project: Path, old: str, new: str) -> None:
    source = project / "contracts/TraceLog.sol"
    text = source.read_text()
    assert old in text
    source.write_text(text.replace(old, new))


def test_python_and_hardhat_make_the_same_bytes(tmp_path):
    subprocess.run(
        [PROJECT / "scripts/node", "node_modules/hardhat/dist/src/cli.js", "build"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
    )

    compiled = compile_trace_log(PROJECT, tmp_path)

    artifact = json.loads(ARTIFACT.read_text())
    assert "0x" + compiled.bytecode.hex() == artifact["bytecode"]
    assert compiled.abi == artifact["abi"]


def test_the_compiler_runs_once_for_the_same_sources_and_again_for_others(copy):
    cache = copy / "cache"
    first = compile_trace_log(copy, cache)
    solc = copy / "scripts/solc"
    solc.rename(copy / "scripts/away")

    assert compile_trace_log(copy, cache) == first
    spoil(copy, "is ITraceLog", "  is ITraceLog")
    with pytest.raises(Refused, match="compiler solc does not run"):
        compile_trace_log(copy, cache)


def test_an_error_in_the_source_is_told_in_the_compilers_words(copy):
    spoil(copy, "_logs[logId] =", "_lgos[logId] =")

    with pytest.raises(Refused, match="Undeclared identifier"):
        compile_trace_log(copy, copy / "cache")


def test_a_warning_is_an_error(copy):
    spoil(copy, "return Head(", "uint256 unused; return Head(")

    with pytest.raises(Refused, match="Unused local variable"):
        compile_trace_log(copy, copy / "cache")
