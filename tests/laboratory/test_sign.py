"""What a laboratory signs, beside what the standards and another program say of it."""

import base64

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt import PyJWS

from tests.laboratories import ISSUER, KEY, a_credential, a_subject, a_trusted
from traceability.errors import InvalidInput
from traceability.laboratory.sign import LaboratoryKey
from traceability.proof.issuers import public_jwk
from traceability.proof.signed import load_key
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.public_key import Algorithm

# RFC 8037, appendix A: a key, its thumbprint, a signature of it.
D = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
OF_RFC_8037 = (
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)
# RFC 7515, appendix A.3.
OF_RFC_7515 = (
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)
P256 = {
    "kid": "x",
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}


def decoded(text):
    return base64.urlsafe_b64decode(text + "==")


def test_a_key_is_called_by_its_thumbprint():
    key = LaboratoryKey(ISSUER, DeviceSigner(Ed25519PrivateKey.from_private_bytes(decoded(D))))

    assert key.key_id == f"{ISSUER}#{THUMBPRINT}"
    assert key.jwk()["x"] == X


@pytest.mark.parametrize(
    ("jwk", "text", "algorithm"),
    [
        ({"kid": "x", "kty": "OKP", "crv": "Ed25519", "x": X}, OF_RFC_8037, "EdDSA"),
        (P256, OF_RFC_7515, "ES256"),
    ],
)
def test_keys_are_read_as_the_standards_write_them(jwk, text, algorithm):
    _, key = public_jwk(jwk)

    assert PyJWS().decode(text, load_key(key), [algorithm])


def test_what_we_sign_is_a_signature_to_another_library():
    signed, _, signature = a_credential().rpartition(".")

    key = KEY.signer.private_key.public_key()
    key.verify(decoded(signature), signed.encode())
    with pytest.raises(InvalidSignature):
        key.verify(decoded(signature), signed.encode() + b"A")


def test_both_kinds_of_key_are_read_back_from_their_jwk():
    for algorithm in Algorithm:
        key = LaboratoryKey.make(ISSUER, algorithm)

        assert a_trusted(key).keys == {key.key_id: key.signer.public}


def test_nothing_is_issued_that_nobody_would_read():
    with pytest.raises(InvalidInput, match="neither lots nor plots"):
        a_credential(subject=a_subject(lots=[]))
    with pytest.raises(InvalidInput, match="neither an https URL"):
        LaboratoryKey.make("lab")
