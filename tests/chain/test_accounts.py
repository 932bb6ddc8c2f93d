"""The publisher's key file."""

import subprocess
import sys

import pytest

from traceability import keyfiles
from traceability.chain.accounts import load_account
from traceability.errors import InvalidInput


@pytest.fixture
def key(tmp_path):
    """The one that `guoji init` makes."""
    keyfiles.make_all(tmp_path)
    return tmp_path / keyfiles.CHAIN


def test_the_key_that_init_makes_is_an_account_and_its_file_is_private(key):
    assert load_account(key).address.startswith("0x")
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_key_is_never_overwritten(key):
    before = key.read_bytes()

    assert keyfiles.make_all(key.parent) == []

    assert key.read_bytes() == before


def test_a_key_that_others_may_read_is_refused(key):
    key.chmod(0o640)

    with pytest.raises(InvalidInput, match="mode 640, want 600"):
        load_account(key)


@pytest.mark.parametrize("text", [None, "", "0x12", "zz" * 32, "00" * 32, "金" * 32])
def test_a_file_without_a_key_is_refused_and_not_quoted(tmp_path, text):
    path = tmp_path / "key"
    if text is not None:
        path.write_text(text)
        path.chmod(0o600)

    with pytest.raises(InvalidInput, match="holds no private key") as refusal:
        load_account(path)

    assert not text or text not in str(refusal.value)


@pytest.mark.parametrize("module", ["accounts", "client", "contract"])
def test_web3_leaves_deeply_nested_json_harmless(module):
    program = f"""
import json, traceability.chain.{module}
try:
    json.loads("[" * 10**6)
except RecursionError:
    print("ok")
"""

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert (done.returncode, done.stdout) == (0, "ok\n")
