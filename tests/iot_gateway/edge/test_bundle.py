import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from iot_gateway.edge.bundle import Bundle, parse, to_json
from iot_gateway.edge.home import BoxHome
from traceability.errors import InvalidInput, Refused
from traceability.log.note import NoteVerifier

SECRET = "secret_of-shed-1"
NOW = datetime.now(UTC)
GATEWAY = NoteVerifier("farm.example/gateway", bytes(32))


def a_certificate():
    signer, name = Ed25519PrivateKey.generate(), x509.Name([])
    builder = x509.CertificateBuilder(name, name, signer.public_key(), 1, NOW, NOW + timedelta(1))
    return builder.sign(signer, None).public_bytes(Encoding.PEM).decode()


CA = a_certificate()


def a_bundle(**changes):
    given = {
        "uplink": "mqtts://centre",
        "ca": CA,
        "gateways": (GATEWAY,),
        "passwords": {"shed-1": SECRET},
    }
    return Bundle(**{**given, **changes})


def test_a_bundle_reads_back_as_it_was_written():
    assert parse(to_json(a_bundle())) == a_bundle()
    assert parse(to_json(a_bundle(ca=None))) == a_bundle(ca=None)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"uplink": "http://centre"}, "is not like mqtt://host:port"),
        ({"uplink": 7}, "uplink is not text"),
        ({"uplink": "mqtt://centre:99999"}, "Port out of range"),
        ({"uplink": "mqtt://centre:x"}, "'mqtt://centre:x'"),
        ({"uplink": "mqtt://[::1"}, "Invalid IPv6"),
        ({"uplink": "mqtt://centre\0"}, "is not like mqtt://host:port"),
        ({"uplink": "mqtt://\ud800"}, "is not like mqtt://host:port"),
        ({"gateways": []}, "names no key of a gateway"),
        ({"gateways": ["nonsense"]}, "has 1 parts"),
        ({"gateways": "x"}, "gateways is not a list"),
        ({"devices": {}}, "names no device"),
        ({"devices": {"a/b": SECRET}}, "a/b"),
        ({"devices": {"shed-1": ""}}, "password of shed-1 is not 16 or more"),
        ({"devices": {"shed-1": SECRET + '" }\n{ user: "evil'}}, "password of shed-1 is not 16 or more"),
        ({"devices": {"shed-1": SECRET + "\n"}}, "password of shed-1 is not 16 or more"),
        ({"devices": {"shed-1": SECRET + "\ud800"}}, "password of shed-1 is not 16 or more"),
        ({"devices": {"shed-1": 5}}, "devices is not an object of passwords"),
        ({"ca": 5}, "ca is not text"),
        ({"ca": ""}, "ca is no CA certificate"),
        ({"ca": "junk"}, "ca is no CA certificate"),
        ({"ca": CA + "\u00e9"}, "ca is no CA certificate"),
        ({"gateways": ["\ud800+00000000+AQ=="]}, "key"),
        ({"format": "guoji/edge-bundle/v2"}, "no JSON object of the format guoji/edge-bundle/v1"),
    ],
)
def test_a_bundle_that_is_not_whole_says_what_is_wrong_and_no_password(change, says):
    with pytest.raises(InvalidInput, match=says) as refusal:
        parse(json.dumps({**json.loads(to_json(a_bundle())), **change}))
    assert "secret" not in str(refusal.value)


def test_what_is_not_json_is_refused_without_being_quoted():
    with pytest.raises(InvalidInput, match=r"^bundle is not JSON$"):
        parse(b'{"devices": secret')


def test_a_bundle_of_brackets_alone_is_refused():
    with pytest.raises(InvalidInput, match=r"^bundle is not JSON$"):
        parse("[" * 200_000)


def test_a_bundle_does_not_show_its_passwords():
    assert "secret" not in repr(a_bundle())


def test_a_home_takes_a_bundle_and_a_newer_one_into_files_that_only_their_owner_reads(tmp_path):
    home = BoxHome(tmp_path / "box")

    home.take(a_bundle())
    own = home.logins(home.bundle())["@gateway"]
    home.take(a_bundle(passwords={"shed-1": SECRET, "shed-2": "the_other-secret"}))

    assert home.logins(home.bundle()) == {
        "shed-1": SECRET,
        "shed-2": "the_other-secret",
        "@gateway": own,
    }
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "box" / "keys").iterdir()} == {0o600}
    assert (tmp_path / "box").stat().st_mode & 0o777 == 0o700
    uplink = home.uplinks(home.bundle())["shed-1"]
    assert (uplink.host, uplink.port, uplink.user, uplink.password) == ("centre", 8883, "shed-1", SECRET)
    assert uplink.ca.read_text() == CA


def test_a_home_without_a_bundle_says_how_to_get_one(tmp_path):
    with pytest.raises(InvalidInput, match="is no home of a box: make a bundle with `guoji edge bundle`"):
        BoxHome(tmp_path).bundle()


def test_the_home_of_an_installation_does_not_become_a_box(tmp_path):
    (tmp_path / "trust.txt").touch()

    with pytest.raises(Refused, match="is the home of an installation"):
        BoxHome(tmp_path).take(a_bundle())


def test_a_second_box_in_one_home_is_refused(tmp_path):
    home = BoxHome(tmp_path)

    with home.alone.held():
        assert home.alone.is_held()
        with pytest.raises(Refused, match="runs already"), home.alone.held():
            pass
    assert not home.alone.is_held()
