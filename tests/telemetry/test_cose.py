"""Signed messages: what is signed is what RFC 9052 says, and a foreign program agrees."""

import cbor2
import cwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from traceability.errors import InvalidInput
from traceability.telemetry.cose import parse_sign1, protected_header, to_be_signed, write_sign1
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.public_key import Algorithm, PublicKey
from traceability.telemetry.read_key import read_public_key

TOPIC = b"guoji/v1/cold-7/readings"
HEADER = protected_header(Algorithm.EdDSA, b"12345678")


def message(*parts, tag=18):
    return cbor2.dumps(cbor2.CBORTag(tag, list(parts)))


def test_the_example_of_the_rfc_verifies():
    """RFC 9052, appendix C.2.1, with the key "11" of appendix C.7.1."""
    sign1 = message(
        bytes.fromhex("a10126"),
        {4: b"11"},
        b"This is the content.",
        bytes.fromhex(
            "8eb33e4ca31d1c465ab05aac34cc6b23d58fef5c083106c4d25a91aef0b0117e"
            "2af9a291aa32e14ab834dc56ed2a223444547e01f11d3b0916e5a4c345cacb36"
        ),
    )
    key = read_public_key(
        "04"
        "bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff"
        "20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e"
    )

    parsed = parse_sign1(sign1)

    assert (parsed.algorithm, parsed.key_id, parsed.payload) == (
        Algorithm.ES256,
        b"11",
        b"This is the content.",
    )
    assert key.verifies(parsed.signature, parsed.signed_bytes(b""))
    assert not key.verifies(parsed.signature, parsed.signed_bytes(TOPIC))


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_foreign_program_verifies_what_we_sign(algorithm):
    signer = DeviceSigner.make(algorithm)
    pem = signer.private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    theirs = cwt.COSEKey.from_pem(pem, alg=algorithm.name, kid=signer.public.key_id)

    ours = signer.sign(b"\x80", "cold-7")

    assert cwt.COSE.new().decode(ours, theirs, external_aad=TOPIC) == b"\x80"
    with pytest.raises(cwt.VerifyError):
        cwt.COSE.new().decode(ours, theirs, external_aad=b"guoji/v1/cold-8/readings")


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize("kid_is_protected", [True, False])
def test_we_verify_what_a_foreign_program_signs(algorithm, kid_is_protected):
    signer = DeviceSigner.make(algorithm)
    pem = signer.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    kid = {4: signer.public.key_id}
    theirs = cwt.COSE.new().encode(
        b"\x80",
        cwt.COSEKey.from_pem(pem, alg=algorithm.name),
        protected={1: algorithm.value, **(kid if kid_is_protected else {})},
        unprotected={} if kid_is_protected else kid,
        external_aad=TOPIC,
    )

    parsed = parse_sign1(theirs)

    assert (parsed.payload, parsed.key_id) == (b"\x80", signer.public.key_id)
    assert signer.public.verifies(parsed.signature, parsed.signed_bytes(TOPIC))


def test_what_is_signed_is_the_structure_of_the_rfc():
    assert to_be_signed(b"ab", TOPIC, b"c" * 300) == cbor2.dumps(["Signature1", b"ab", TOPIC, b"c" * 300])


def test_nothing_that_is_not_signed_changes_what_is_signed():
    parsed = parse_sign1(write_sign1(HEADER, b"\x80", b"one"))
    other = parse_sign1(message(HEADER, {}, b"\x80", b"another"))

    assert parsed.signed_bytes(TOPIC) == other.signed_bytes(TOPIC)


@pytest.mark.parametrize(
    ("sign1", "reason"),
    [
        (b"\xd2", "ends within"),
        (b"\xd2\x80", "COSE_Sign1 is not protected"),
        (message(HEADER, {}, b"\x80", b"s", tag=17), "not the tag 18"),
        (cbor2.dumps([HEADER, {}, b"\x80", b"s"]), "not the tag 18"),
        (message(HEADER, {}, b"\x80"), "COSE_Sign1 is not protected"),
        (message(HEADER, [], b"\x80", b"s"), "COSE_Sign1 is not protected"),
        (message({1: -8}, {}, b"\x80", b"s"), "COSE_Sign1 is not protected"),
        (message(HEADER, {}, None, b"s"), "payload within"),
        (message(b"", {}, b"\x80", b"s"), "algorithm is None"),
        (message(b"\x80", {}, b"\x80", b"s"), "header is a list"),
        (message(b"\xa1\x01\x27", {1: -8}, b"\x80", b"s"), r"has \[1\], want at most the key id"),
        (message(HEADER, {4: b"12345678"}, b"\x80", b"s"), "in one place"),
        (message(b"\xa1\x01\x26", {4: 11}, b"\x80", b"s"), "key id is a int"),
        (message(cbor2.dumps({1: -8, 4: None}), {}, b"\x80", b"s"), "key id is a NoneType"),
        (message(cbor2.dumps({1: -35}), {}, b"\x80", b"s"), "algorithm is -35"),
        (message(cbor2.dumps({1: "EdDSA"}), {}, b"\x80", b"s"), "algorithm is EdDSA"),
        (message(cbor2.dumps({1: [-8]}), {}, b"\x80", b"s"), r"algorithm is \[-8\]"),
        (message(cbor2.dumps({1: -8, 2: [5]}), {}, b"\x80", b"s"), r"critical labels \[5\]"),
        (message(cbor2.dumps({1: -8, 3: 0}), {}, b"\x80", b"s"), "of type 0, want 112"),
        (message(cbor2.dumps({1: -8, 9: bytes(300)}), {}, b"\x80", b"s"), "want at most 256"),
    ],
)
def test_another_message_is_refused_with_the_reason(sign1, reason):
    with pytest.raises(InvalidInput, match=reason):
        parse_sign1(sign1)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_signature_of_another_length_or_key_is_none(algorithm):
    signer, other = DeviceSigner.make(algorithm), DeviceSigner.make(algorithm)
    parsed = parse_sign1(signer.sign(b"\x80", "cold-7"))
    signed = parsed.signed_bytes(TOPIC)

    assert signer.public.verifies(parsed.signature, signed)
    assert not other.public.verifies(parsed.signature, signed)
    r, s = parsed.signature[:32], parsed.signature[32:]
    for signature in (b"", r + s[:-1], r + s + b"\0", r + b"\0" + s, bytes(64), b"\xff" * 64):
        assert not signer.public.verifies(signature, signed)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_public_key_reads_back_from_each_of_its_forms(algorithm):
    signer = DeviceSigner.make(algorithm)
    key = signer.private_key.public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    assert read_public_key(pem) == signer.public
    assert read_public_key(f" {signer.public.raw.hex()}\n") == signer.public
    assert read_public_key(str(signer.public)) == PublicKey.parse(str(signer.public)) == signer.public
    assert DeviceSigner.from_pem(signer.to_pem().encode()).public == signer.public


def test_a_jwk_is_read():
    """The keys of RFC 8037, appendix A.2, and of RFC 7517, appendix A.1."""
    okp = '{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}'
    ec = (
        '{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",'
        '"y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}'
    )

    assert read_public_key(okp).raw.hex().startswith("d75a980182b10ab7d54bfed3c964073a")
    assert read_public_key(ec).algorithm is Algorithm.ES256


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "neither PEM"),
        ("key", "neither PEM"),
        ("00", "neither PEM"),
        ("05" + "00" * 32, "neither PEM"),
        ("02" + "ff" * 32, "neither PEM"),
        ("{", "neither PEM"),
        ("{}", "JWK is neither"),
        ('{"kty":"OKP","crv":"Ed25519","x":"AAAA"}', "3 bytes, want 32"),
        ('{"kty":"OKP","crv":"Ed25519","x":"AAAA","d":"AAAA"}', "a private key"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "neither PEM"),
        ("-----BEGIN PRIVATE KEY-----", "a private key"),
        ("EdDSA AAAA", "3 bytes, want 32"),
        ("ES256 ?", "not base64"),
    ],
)
def test_what_is_no_public_key_is_refused(text, reason):
    with pytest.raises(InvalidInput, match=reason):
        read_public_key(text)


def test_a_key_that_is_no_point_is_refused_when_it_is_used():
    with pytest.raises(InvalidInput, match="no point of its curve"):
        PublicKey(Algorithm.ES256, b"\x02" + b"\xff" * 32).verifies(bytes(64), b"")
