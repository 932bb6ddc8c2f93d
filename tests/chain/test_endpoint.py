"""The name of a chain endpoint: one for each node, and nothing secret in it."""

import pytest

from traceability.chain.endpoint import name_of
from traceability.errors import InvalidInput


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://node.example", "node.example"),
        ("http://node.example:80", "node.example"),
        ("https://node.example:443/", "node.example"),
        ("https://node.example:80", "node.example"),
        ("http://node.example:443", "node.example"),
        ("https://NODE.Example./v3/key", "node.example"),
        ("https://user:key@node.example:8545?key=1", "node.example:8545"),
        ("http://ｎode。example", "node.example"),
        ("http://127.0.0.1:8545", "127.0.0.1:8545"),
        ("http://localhost:8545", "127.0.0.1:8545"),
        ("http://LocalHost.:8545", "127.0.0.1:8545"),
        ("http://node.localhost:8545", "127.0.0.1:8545"),
        ("http://127.9.9.9:8545", "127.0.0.1:8545"),
        ("http://127.1:8545", "127.0.0.1:8545"),
        ("http://0x7f000001:8545", "127.0.0.1:8545"),
        ("http://0.0.0.0:8545", "127.0.0.1:8545"),
        ("http://[::1]:8545", "127.0.0.1:8545"),
        ("http://[::]:8545", "127.0.0.1:8545"),
        ("http://[::ffff:127.0.0.1]:8545", "127.0.0.1:8545"),
        ("http://[2001:DB8:0::1]", "2001:db8::1"),
        ("http://192.0.2.1:8545", "192.0.2.1:8545"),
    ],
)
def test_one_node_has_one_name_however_it_is_spelt(url, name):
    assert name_of(url) == name


@pytest.mark.parametrize(
    "url",
    ["ftp://node.example", "http://", "http://.", "node.example", "http://a:x", "http://[::1", "http://a..b"],
)
def test_what_is_no_endpoint_is_refused(url):
    with pytest.raises(InvalidInput, match="chain endpoint"):
        name_of(url)
