"""The publisher's key file."""

import subprocess
import sys

import pytest

from traceability.chain.accounts import load_account
from traceability.errors import InvalidInput
from traceability.keys.ring import LOG, KeyRing


@pytest.fixture
def keys(tmp_path):
    """As `guoji init` makes them."""
    keys = KeyRing(tmp_path / "keys", tmp_path / "passphrase")
    keys.make_missing()
    return keys


def test_the_key_that_init_makes_is_an_account_and_stays_the_same(keys):
    account = load_account(keys)

    assert account.address.startswith("0x")
    assert keys.make_missing() == []
    assert load_account(keys).address == account.address


def test_a_key_of_another_kind_is_no_account(keys):
    with pytest.raises(InvalidInput, match=r"log\.pem holds another kind of key, want secp256k1"):
        load_account(keys, LOG)


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
