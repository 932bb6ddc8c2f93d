"""guoji-verify.pyz as a stranger has it: a plain Python, an empty folder, nothing of ours installed."""

import ast
import json
import os
import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import pytest

from scripts import make_verifier
from tests.cli.recorded_chain import endpoints

PROJECT = Path(__file__).parents[2]
VECTORS = PROJECT / "tests" / "vectors" / "proof"
EXIT_CODES = {"verified": 0, "contradicted": 1, "unchecked": 2}


@pytest.fixture(scope="module")
def pyz(tmp_path_factory):
    path = tmp_path_factory.mktemp("made") / "guoji-verify.pyz"
    make_verifier.main(path)
    return path


@pytest.fixture(scope="module")
def plain_python(tmp_path_factory):
    """A Python that has the package `cryptography` and no other."""
    home = tmp_path_factory.mktemp("python")
    venv.create(home, symlinks=True)
    [packages] = home.glob("lib/python*/site-packages")
    ours = Path(find_spec("cryptography").origin).parents[1]
    for path in (ours / "cryptography", *ours.glob("_cffi_backend*")):
        (packages / path.name).symlink_to(path)
    return home / "bin" / "python"


@pytest.fixture
def check(pyz, plain_python, tmp_path):
    """Run the file on a vector; gives what is done and, unless it is a refusal, the report."""

    def run(vector, *options, python=(str(plain_python), "-I")):
        (tmp_path / "proof.json").write_text(json.dumps(vector["proof"]))
        words = ["proof.json", "--json"]
        if vector["policy"] is not None:
            (tmp_path / "trust").write_text(vector["policy"])
            words += ["--trust", "trust"]
        with endpoints(vector["chains"]) as urls:
            words += [word for url in urls for word in ("--rpc", url)]
            done = subprocess.run(
                [*python, str(pyz), *words], cwd=tmp_path, env={}, capture_output=True, text=True, check=False
            )
        assert done.stderr == ""
        return done.returncode, json.loads(done.stdout)

    return run


def load(name):
    return json.loads((VECTORS / f"{name}.json").read_text())


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.stem for path in VECTORS.glob("*.json")))
def test_the_file_comes_to_the_verdict_of_every_vector(check, name):
    want = load(name)["want"]

    code, report = check(load(name))

    assert (report["verdict"], code) == (want["verdict"], EXIT_CODES[want["verdict"]])
    assert report.get("step") == want.get("step")
    assert want.get("reason", "") in report.get("reason", "")


def test_without_cryptography_all_else_is_checked_and_it_says_what_to_install(check):
    bare = (sys.executable, "-I", "-S")

    code, report = check(load("sound-event"), python=bare)
    lie, report_of_lie = check(load("lie-event-changed"), python=bare)

    said = "no signature can be checked without the package `cryptography`; install it (python3 -m pip "
    assert code == 2
    assert report["reason"].startswith(f"checkpoint: {said}")
    outcomes = {step["name"]: step["outcome"] for step in report["steps"]}
    assert [outcomes[name] for name in ("event", "readings", "inclusion")] == ["passed"] * 3
    assert (lie, report_of_lie["step"]) == (1, "event")


def test_the_file_has_the_same_bytes_wherever_it_is_made(tmp_path):
    path = tmp_path / "again.pyz"
    command = f"umask 077; exec '{sys.executable}' -m scripts.make_verifier '{path}'"
    subprocess.run(
        ["sh", "-c", command], cwd=PROJECT, env={"TZ": "Asia/Shanghai", "PYTHONHASHSEED": "7"}, check=True
    )

    assert path.read_bytes() == make_verifier.verifier()
    assert os.access(path, os.X_OK)


def test_the_file_holds_what_it_loads_and_nothing_else(pyz):
    code = f"import sys; sys.path.insert(0, {str(pyz)!r}); import traceability.cli.verifier; " + (
        "print(*(m.__file__ for m in sys.modules.values() if getattr(m, '__file__', None)), sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, check=True, text=True
    )

    loaded = {file.removeprefix(f"{pyz}/") for file in done.stdout.splitlines() if file.startswith(str(pyz))}
    held = set(ZipFile(pyz).namelist())
    # Loaded where a file holds a credential, and not before.
    later = {name for name in held if name.startswith("jwt/")}
    assert loaded == {name for name in held - later if name.endswith(".py")} - {"__main__.py"}
    assert {Path(name).name for name in held - loaded - later} == {
        "LICENSE",
        "__main__.py",
        "ai_table.json",
        "metrics.json",
    }


def test_no_file_is_made_that_wants_a_package_which_strangers_lack(monkeypatch):
    monkeypatch.setattr(make_verifier, "PROGRAM", "traceability.epcis.validate")

    with pytest.raises(SystemExit, match="the verifier imports jsonschema_rs"):
        make_verifier.contents()


def test_an_old_python_is_told_what_is_wanted_and_gives_no_verdict(pyz):
    code = f"import runpy, sys; sys.version_info = (3, 9, 2); runpy.run_path({str(pyz)!r})"

    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=False, text=True)

    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr == "guoji-verify: needs Python 3.11 or newer, this is 3.9\n"
    ast.parse(make_verifier.MAIN, feature_version=(3, 0))


def test_it_says_its_version_and_refuses_in_its_own_name(pyz, tmp_path):
    def say(*words):
        done = subprocess.run([pyz, *words], cwd=tmp_path, capture_output=True, check=False, text=True)
        return done.returncode, done.stdout + done.stderr

    assert say("--version") == (0, "guoji-verify 0.1.0\n")
    assert say("gone.json") == (65, "guoji-verify: cannot read gone.json: No such file or directory\n")
    assert say("--fly")[0] == 64


def test_proof_and_the_log_under_it_need_no_package_of_the_server(pyz, plain_python):
    """Their one other package, rfc8785, comes from the file."""
    ours = PROJECT / "traceability"
    files = [
        ours / "chain" / "rpc.py",
        *(f for floor in ("gs1", "log", "proof") for f in (ours / floor).glob("*.py")),
    ]
    modules = sorted(".".join(file.relative_to(PROJECT).with_suffix("").parts) for file in files)
    code = f"import sys, importlib; sys.path += {[str(PROJECT), str(pyz)]!r}\n"
    code += f"for module in {modules!r}: importlib.import_module(module)"

    subprocess.run([plain_python, "-I", "-c", code], check=True)


JUDGE = """
import json, sys
from datetime import datetime
sys.path.insert(0, sys.argv[1])
from traceability.proof.confirm import Belief, judge
from traceability.proof.issuers import TrustedIssuer

vector = json.load(open(sys.argv[2], encoding="utf-8"))
issuers = [TrustedIssuer.parse(text) for text in vector["issuers"]]
belief = Belief(issuers, vector["lists"], datetime.fromisoformat(vector["now"]))
found = judge(vector["event"]["guoji:credential"], belief)
print(found.outcome.value, found.reason)
"""


def test_it_judges_credentials_where_cryptography_is_and_elsewhere_says_what_to_install(pyz, plain_python):
    def judged(name, *python):
        file = PROJECT / "tests" / "vectors" / "credentials" / f"{name}.json"
        words = [*python, "-I", "-c", JUDGE, str(pyz), str(file)]
        return subprocess.run(words, capture_output=True, check=True, text=True).stdout

    assert judged("sound", plain_python).startswith("confirmed ")
    assert judged("key-of-an-impostor", plain_python).startswith("not-signed ")
    bare = judged("sound", sys.executable, "-S")
    assert bare.startswith("unchecked no credential can be checked without the packages `cryptography`")


def test_the_licences_are_in_the_file(pyz):
    with ZipFile(pyz) as archive:
        licences = [name for name in archive.namelist() if name.endswith("LICENSE")]
        texts = {archive.read(name) for name in licences}

    assert len(texts) == len(licences) == 3
    assert all(b"Apache License" in text or b"MIT License" in text for text in texts)
