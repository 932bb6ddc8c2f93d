"""An access token of the identity provider opens what its party may, and only a sound one does."""

import base64
import hashlib
import hmac
import json
import threading
import time
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.access.provider import AUDIENCE, MAKERS, PARTY, IdentityProvider, serving
from traceability.access.bearer import LONGEST, SKEW_S, Bearer, Either, Provider
from traceability.access.key_set import BETWEEN_S, FRESH_S, KEPT_S, KeySet, read_key_set, reader_of
from traceability.errors import InvalidInput, KeysUnavailable, NotAuthorised, Unavailable
from traceability.ledger.grant import Grant
from traceability.ledger.parties import Party, Register

OFFICE, STRANGER = "9521111000006", "9529999000002"
REGISTER = Register.of([Party(PARTY, "Farm", ("9521234",)), Party(OFFICE, "Office", is_authority=True)])


class Clock:
    now_s = 1_000.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def idp():
    idp = IdentityProvider()
    idp.make_key("first")
    return idp


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def bearer(idp, clock):
    with serving(idp) as address:
        keys = KeySet(reader_of(address, Path()), clock)
        yield Bearer(Provider("https://idp.example", AUDIENCE, "gln"), keys, lambda: REGISTER)


def refused(bearer, token):
    with pytest.raises(NotAuthorised) as raised:
        bearer.authorise(token)
    return str(raised.value)


def unsigned(header, claims):
    parts = (base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in (header, claims))
    return b".".join(parts).decode()


@pytest.mark.parametrize("algorithm", MAKERS)
def test_a_token_signed_by_each_algorithm_opens_what_its_scope_says(idp, bearer, algorithm):
    idp.make_key("own", algorithm)

    assert bearer.authorise(idp.token("own")) == Grant("capture", PARTY, "packhouse-erp", "own")
    assert bearer.authorise(idp.token("own", scope="guoji:read")).role == "read"
    assert bearer.authorise(idp.token("own", scope="guoji:read guoji:capture")).role == "capture"


def test_nobody_gets_more_than_the_party_is_registered_for(idp, bearer):
    assert bearer.authorise(idp.token(gln=OFFICE)).reads == "all"
    assert bearer.authorise(idp.token(scope="guoji:admin guoji:read")).role == "read"
    assert refused(bearer, idp.token(gln=STRANGER)).startswith(f"party {STRANGER} is not registered here")


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"exp": int(time.time()) - SKEW_S - 5}, "the token has expired"),
        ({"nbf": int(time.time()) + SKEW_S + 600}, "the token is not valid yet"),
        ({"aud": "https://shop.example"}, "the token is for another audience"),
        ({"iss": "https://idp.example.evil"}, "the token is of another issuer"),
        ({"exp": None}, "the token lacks a claim"),
        ({"aud": None}, "the token lacks a claim"),
        ({"sub": None}, "the token lacks a claim"),
        ({"sub": 5}, "the token is no sound JWT"),
        ({"exp": "soon"}, "the token is no sound JWT"),
        ({"gln": None}, "the token names no party"),
        ({"gln": [PARTY]}, "the token names no party"),
        ({"gln": "9521234000007"}, "gln: GLN '9521234000007' ends in check digit 7, want 6"),
        ({"scope": "openid guoji:admin"}, "the token has none of the scopes guoji:capture, guoji:read"),
        ({"scope": ["guoji:capture"]}, "the token has none of the scopes"),
        ({"scope": None}, "the token has none of the scopes"),
    ],
)
def test_a_token_with_other_claims_opens_nothing(idp, bearer, claims, told):
    assert refused(bearer, idp.token(**claims)).startswith(told)


def test_clocks_may_differ_by_little(idp, bearer):
    now = int(time.time())

    bearer.authorise(idp.token(exp=now - SKEW_S + 10, iat=now + SKEW_S - 10))


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"typ": "JWT"}, "the type of the token is 'JWT', want at+jwt"),
        ({"typ": None}, "the type of the token is"),
        ({"crit": ["exp"]}, "the token is no sound JWT"),
        ({"kid": "nobody's"}, 'the identity provider has no key "nobody\'s"'),
    ],
)
def test_a_token_with_other_headers_opens_nothing(idp, bearer, headers, told):
    assert refused(bearer, idp.token(headers=headers)).startswith(told)


def test_a_token_without_a_signature_or_with_that_of_another_opens_nothing(idp, bearer):
    idp.make_key("second")
    header, claims, signature = idp.token().split(".")
    other = idp.token("second").split(".")[2]
    none = unsigned({"alg": "none", "typ": "at+jwt", "kid": "first"}, {"sub": "x"})

    assert refused(bearer, f"{header}.{claims}.{other}") == "the signature of the token does not fit"
    assert refused(bearer, f"{none}.").startswith("the token is signed by 'none'")
    for garbage in (
        "a.b.c",
        f"{header}.{claims}",
        f"{header}.{claims}.",
        f"..{signature}",
        "\udc80.x.y",
        "é.é.é",
    ):
        assert refused(bearer, garbage)


def test_a_public_key_is_no_shared_secret(idp, bearer):
    idp.make_key("rsa", "RS256")
    public = idp.private["rsa"][0].public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    claims = jwt.decode(idp.token("rsa"), options={"verify_signature": False})
    signed = unsigned({"alg": "HS256", "typ": "at+jwt", "kid": "rsa"}, claims)
    mac = hmac.new(pem, signed.encode(), hashlib.sha256).digest()
    forged = f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    assert refused(bearer, forged).startswith("the token is signed by 'HS256', want EdDSA, ES256, RS256")
    relabelled = unsigned({"alg": "RS256", "typ": "at+jwt", "kid": "first"}, claims) + ".AAAA"
    assert refused(bearer, relabelled) == "the key of the token is for ES256 alone"


def test_a_token_that_is_too_long_is_not_looked_at(idp, bearer):
    assert refused(bearer, idp.token(scope="x" * LONGEST)).startswith("the token has ")
    assert idp.asked == 0


def test_a_new_key_counts_at_once_and_a_withdrawn_one_ends(idp, bearer, clock):
    old = idp.token()
    bearer.authorise(old)
    idp.make_key("second")
    idp.withdraw("first")

    clock.now_s += BETWEEN_S
    bearer.authorise(idp.token("second"))
    assert "has no key 'first'" in refused(bearer, old)


def test_a_withdrawn_key_ends_without_a_new_one_too(idp, bearer, clock):
    bearer.authorise(idp.token())
    idp.withdraw("first")

    bearer.authorise(idp.token())
    clock.now_s += FRESH_S + 1
    assert "has no key 'first'" in refused(bearer, idp.token())


def test_strangers_cannot_make_us_ask_again_and_again(idp, bearer, clock):
    for number in range(20):
        idp.private[f"made-up-{number}"] = idp.private["first"]
        refused(bearer, idp.token(f"made-up-{number}"))

    assert idp.asked == 1
    clock.now_s += BETWEEN_S
    refused(bearer, idp.token("made-up-1"))
    assert idp.asked == 2


def test_while_the_provider_is_down_known_keys_count_for_an_hour_and_of_others_nothing_is_said(
    idp, bearer, clock
):
    idp.is_down = True
    with pytest.raises(KeysUnavailable, match="the server answers 500"):
        bearer.authorise(idp.token())
    idp.is_down = False
    clock.now_s += BETWEEN_S
    bearer.authorise(idp.token())
    idp.is_down = True
    idp.make_key("second")

    clock.now_s += FRESH_S + 1
    bearer.authorise(idp.token())
    with pytest.raises(KeysUnavailable):
        bearer.authorise(idp.token("second"))
    clock.now_s += KEPT_S
    with pytest.raises(KeysUnavailable):
        bearer.authorise(idp.token())


def test_while_one_asks_a_slow_provider_nobody_waits_for_it(idp, clock):
    asked, answered = threading.Event(), threading.Event()
    answers = iter([idp.key_set])

    def read():
        for answer in answers:
            return answer()
        asked.set()
        assert answered.wait(60)
        return idp.key_set()

    keys = KeySet(read, clock)
    keys.key("first")
    idp.make_key("second")
    clock.now_s += FRESH_S + 1
    slow = threading.Thread(target=lambda: keys.key("second"))
    slow.start()
    assert asked.wait(60)

    assert keys.key("first").key_id == "first"
    with pytest.raises(KeysUnavailable, match="are being read; ask again in a moment"):
        keys.key("second")
    answered.set()
    slow.join()
    assert keys.key("second").key_id == "second"


def test_keys_for_anything_else_are_passed_over(idp):
    idp.make_key("second", "RS256")
    first, second = idp.published
    idp.published = [
        first,
        {**first, "kid": "encrypts", "use": "enc"},
        {**first, "kid": "secret", "d": "AAAA"},
        {**second, "kid": "weak", "n": "u1SU1LfVLPHCozMxH2Mo"},
        {**second, "kid": "another", "alg": "PS256"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"},
        {"kty": "EC", "crv": "P-999", "kid": "unknown"},
        {name: value for name, value in first.items() if name != "kid"},
        5,
    ]

    assert list(read_key_set(idp.key_set())) == ["first"]


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"keys": 5}', b'{"keys": [' + b"1," * 100 + b"1]}", b"\xff"]
)
def test_what_is_no_key_set_is_refused(data):
    with pytest.raises(InvalidInput, match="JWK set"):
        read_key_set(data)


def test_two_keys_of_one_name_are_refused(idp):
    idp.published *= 2

    with pytest.raises(InvalidInput, match="two keys of the JWK set have the kid 'first'"):
        read_key_set(idp.key_set())


def test_the_set_may_be_a_file(idp, tmp_path):
    (tmp_path / "keys.json").write_bytes(idp.key_set())

    read = reader_of("keys.json", tmp_path)
    assert read() == idp.key_set()
    (tmp_path / "keys.json").unlink()
    with pytest.raises(Unavailable, match=r"keys\.json: No such file"):
        read()


def test_a_key_set_that_can_never_be_read_is_told_at_the_start(tmp_path):
    with pytest.raises(InvalidInput, match=r"none\.json, which is not there"):
        reader_of("none.json", tmp_path)
    for where in ("http://idp.example/keys", "ftp://127.0.0.1/keys", "file:///etc/keys"):
        with pytest.raises(InvalidInput, match="want an https URL or a file"):
            reader_of(where, tmp_path)


def test_our_own_tokens_open_what_they_opened_before(bearer):
    class Ours:
        def authorise(self, secret):
            return Grant("admin", None, secret)

    assert Either(Ours(), bearer).authorise("guoji_abc").name == "guoji_abc"
    assert refused(Either(Ours(), bearer), "a.b.c")
