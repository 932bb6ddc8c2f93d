"""Keys lie encrypted, open for nobody else, and survive a crash on any line of what is done to them."""

import logging
import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from traceability.errors import InvalidInput
from traceability.keys import files as keyfiles
from traceability.keys import ring as key_ring
from traceability.keys.ring import CHAIN, GATEWAY, LOG, NEXT, OLD, SERIALS, KeyRing

KEYS = (LOG, GATEWAY, CHAIN)


class Crash(Exception):
    pass


@pytest.fixture
def ring(tmp_path):
    ring = KeyRing(tmp_path / "keys", tmp_path / "elsewhere" / "passphrase")
    ring.passphrase_file.parent.mkdir()
    ring.make_missing()
    return ring


def secrets_of(ring):
    """What each key is, whichever passphrase opens it."""
    return {held.file.name: private_bytes(held.key) for held in ring.all()}


def private_bytes(key):
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def as_older_installations_had_them(ring):
    """In clear, without a passphrase; their private bytes by name."""
    log, gateway = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    for name, key in ((LOG, log), (GATEWAY, gateway)):
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        keyfiles.write_secret(ring.folder / name, pem)
    keyfiles.write_secret(ring.folder / CHAIN, b"1f" * 32 + b"\n")
    ring.passphrase_file.unlink()
    chain = derive_private_key(int("1f" * 32, 16), SECP256K1())
    return {LOG: private_bytes(log), GATEWAY: private_bytes(gateway), CHAIN: private_bytes(chain)}


@pytest.fixture
def crash_before(monkeypatch):
    """Lets so many effects on the disk happen, then none."""

    def arm(effects):
        left = iter(range(effects))

        def count_down(effect):
            def counted(*args, **named):
                if next(left, None) is None:
                    raise Crash
                return effect(*args, **named)

            return counted

        for module in (keyfiles, key_ring):
            monkeypatch.setattr(module, "write_secret", count_down(module.write_secret))
        for method in ("rename", "replace", "hardlink_to", "unlink"):
            monkeypatch.setattr(f"pathlib.Path.{method}", count_down(getattr(key_ring.Path, method)))

    yield arm
    monkeypatch.undo()


def test_every_file_is_for_its_owner_alone_and_no_private_key_stands_in_clear(ring):
    files = [ring.passphrase_file, *ring.folder.iterdir()]

    assert {file.name for file in files} == {"passphrase", *KEYS, SERIALS}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert all(b"BEGIN ENCRYPTED PRIVATE KEY" in (ring.folder / name).read_bytes() for name in KEYS)


def test_what_is_there_is_not_made_again(ring):
    before = secrets_of(ring)

    assert ring.make_missing() == []

    assert secrets_of(ring) == before


def test_keys_without_their_passphrase_get_no_new_one(ring):
    ring.passphrase_file.unlink()

    with pytest.raises(
        InvalidInput, match=r"passphrase is missing, and only it opens .*log\.pem: put it back"
    ):
        ring.make_missing()

    assert not ring.passphrase_file.exists()


def test_keys_without_their_passphrase_are_not_encrypted_anew_and_open_once_it_is_back(ring):
    before, passphrase = secrets_of(ring), ring.passphrase_file.read_bytes()
    ring.passphrase_file.unlink()

    with pytest.raises(InvalidInput, match="put it back"):
        ring.encrypt_anew()

    keyfiles.write_secret(ring.passphrase_file, passphrase)
    assert secrets_of(ring) == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_others_may_touch_is_refused(ring, mode):
    (ring.folder / LOG).chmod(mode)

    with pytest.raises(InvalidInput, match=rf"log\.pem has mode {mode:o}, want 600"):
        ring.signing_key(LOG)


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_a_folder_in_which_others_may_write_is_refused(ring, mode):
    ring.folder.chmod(mode)

    with pytest.raises(InvalidInput, match=rf"{ring.folder} has mode {mode:o}, want 700"):
        ring.signing_key(LOG)


def test_a_passphrase_may_be_for_a_group_as_systemd_shows_it_and_not_for_all(ring):
    ring.passphrase_file.chmod(0o440)
    ring.signing_key(LOG)

    ring.passphrase_file.chmod(0o444)
    with pytest.raises(InvalidInput, match="passphrase has mode 444"):
        ring.signing_key(LOG)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, r"passphrase is missing, and only it opens .*log\.pem: put it back"),
        (b"hunter2", "has 7 characters, want 32 to 1000, at random"),
        (b"x" * 1001, "has 1001 characters"),
        (b"x" * 40, r"the passphrase does not open .*log\.pem"),
    ],
)
def test_a_passphrase_that_cannot_be_it_is_named_and_not_quoted(ring, content, complaint):
    ring.passphrase_file.unlink()
    if content is not None:
        keyfiles.write_secret(ring.passphrase_file, content)

    with pytest.raises(InvalidInput, match=complaint) as refusal:
        ring.signing_key(LOG)

    assert content is None or content.decode() not in str(refusal.value)
    assert refusal.value.__context__ is None or "x" * 40 not in repr(refusal.value.__context__)


SPOILT = {
    "empty": b"",
    "zero": b"00" * 32,
    "too large": b"ff" * 32,
    "short": b"0x12",
    "no hex": b"zz" * 32,
    "no PEM": b"-----BEGIN PRIVATE KEY-----\nMC4\n",
    "another kind": X25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ),
}


@pytest.mark.parametrize("content", SPOILT.values(), ids=SPOILT)
def test_a_file_without_a_key_of_ours_is_refused_and_not_quoted(ring, content):
    keyfiles.write_secret(ring.folder / CHAIN, content)

    with pytest.raises(InvalidInput, match=r"chain\.key holds") as refusal:
        ring.account_key(CHAIN)

    assert len(content) < 8 or content[:40].decode() not in str(refusal.value)


def test_a_damaged_key_is_refused(ring):
    whole = (ring.folder / LOG).read_bytes()
    for damaged in (whole[:120], whole.replace(b"MI", b"AA", 1), whole[:-60] + b"A" + whole[-59:]):
        keyfiles.write_secret(ring.folder / LOG, damaged)

        with pytest.raises(InvalidInput, match=r"log\.pem"):
            ring.signing_key(LOG)


def test_a_key_tells_when_it_was_made_whatever_happened_to_its_file_since(ring):
    made = {held.file.name: held.made_at for held in ring.all()}

    ring.encrypt_anew()

    assert {held.file.name: held.made_at for held in ring.all()} == made
    assert all(at.tzinfo is not None for at in made.values())


def test_keys_of_an_older_installation_are_refused_until_they_are_encrypted_and_then_the_same(ring):
    older = as_older_installations_had_them(ring)
    ring.make_missing()

    with pytest.raises(InvalidInput, match=r"log\.pem is not encrypted; `guoji keys encrypt` makes it so"):
        ring.signing_key(LOG)
    with pytest.raises(InvalidInput, match=r"chain\.key is not encrypted"):
        ring.account_key(CHAIN)
    ring.encrypt_anew()

    assert secrets_of(ring) == older
    assert all(held.encrypted for held in ring.all())
    assert ring.account_key(CHAIN).private_numbers().private_value == int("1f" * 32, 16)


def test_after_encrypting_anew_only_the_new_passphrase_opens_the_keys(ring):
    old, before = ring.passphrase_file.read_bytes(), secrets_of(ring)

    ring.encrypt_anew()
    new = ring.passphrase_file.read_bytes()

    assert secrets_of(ring) == before
    assert new != old
    assert list(ring.passphrase_file.parent.iterdir()) == [ring.passphrase_file]
    keyfiles.write_secret(ring.passphrase_file, old)
    with pytest.raises(InvalidInput, match="does not open"):
        ring.all()


@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize("effects", range(14))
def test_a_crash_while_encrypting_leaves_keys_that_open_and_the_next_try_ends_it(
    ring, crash_before, effects, older, monkeypatch
):
    before = as_older_installations_had_them(ring) if older else secrets_of(ring)
    crash_before(effects)

    try:
        ring.encrypt_anew()
        crashed = False
    except Crash:
        crashed = True
    monkeypatch.undo()

    assert crashed or effects > 12
    if not older or ring.passphrase_file.with_name("passphrase" + NEXT).exists():
        assert secrets_of(ring) == before
    ring.encrypt_anew()
    assert secrets_of(ring) == before
    assert not ring.passphrase_file.with_name("passphrase" + NEXT).exists()
    assert all(held.encrypted for held in ring.all())


@pytest.mark.parametrize("keep_old", [False, True])
@pytest.mark.parametrize("effects", range(6))
def test_a_crash_while_a_key_is_replaced_leaves_the_old_or_the_new_one_and_loses_neither_too_early(
    ring, crash_before, effects, keep_old, monkeypatch
):
    old = secrets_of(ring)[CHAIN]
    ring.make_next(CHAIN)
    new = secrets_of(ring)[CHAIN + NEXT]
    crash_before(effects)

    try:
        ring.switch(CHAIN, keep_old)
        crashed = False
    except Crash:
        crashed = True
    monkeypatch.undo()

    now = secrets_of(ring)
    assert now[CHAIN] == (old if crashed else new)
    assert not crashed or now[CHAIN + NEXT] == new
    assert crashed or now.get(CHAIN + OLD) == (old if keep_old else None)
    if crashed:
        ring.switch(CHAIN, keep_old)
    now = secrets_of(ring)
    assert (now[CHAIN], now.get(CHAIN + OLD)) == (new, old if keep_old else None)


def test_a_next_key_that_does_not_open_takes_no_place(ring):
    before = secrets_of(ring)
    ring.make_next(LOG)
    keyfiles.write_secret(ring.folder / (LOG + NEXT), b"")

    with pytest.raises(InvalidInput, match=r"log\.pem\.next holds no private key"):
        ring.switch(LOG)

    (ring.folder / (LOG + NEXT)).unlink()
    assert secrets_of(ring) == before


def test_making_the_next_key_again_keeps_the_first_one(ring):
    ring.make_next(LOG)
    first = secrets_of(ring)[LOG + NEXT]

    ring.make_next(LOG)

    assert secrets_of(ring)[LOG + NEXT] == first


def test_nothing_secret_shows_when_a_ring_or_a_key_is_printed(ring, caplog):
    caplog.set_level(logging.DEBUG)
    passphrase = ring.passphrase_file.read_text().strip()

    shown = repr(ring) + "".join(map(repr, ring.all())) + caplog.text

    assert passphrase not in shown
    secret = ring.account_key(CHAIN).private_numbers().private_value
    assert str(secret) not in shown
    assert f"{secret:x}" not in shown
