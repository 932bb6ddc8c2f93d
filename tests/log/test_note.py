"""Signed notes as the C2SP text has them, its own example included."""

import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from traceability.errors import CheckFailed, InvalidInput, Unavailable
from traceability.log.note import Note, NoteSigner, NoteVerifier, open_note

# The example of the specification, "Verifier keys".
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Z"
    "tg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
SIGNER = NoteSigner("guoji.example/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
OTHER = NoteSigner("witness.example", Ed25519PrivateKey.from_private_bytes(bytes([1] * 32)))


def test_the_example_of_the_specification_opens():
    verifier = NoteVerifier.from_vkey(VKEY)

    assert open_note(NOTE, [verifier]) == ("This is an example message.\n", verifier)
    assert verifier.vkey == VKEY


def test_what_is_signed_opens_with_its_vkey():
    note = SIGNER.sign("first\n\nlast\n")

    text, _ = open_note(note, [NoteVerifier.from_vkey(NoteVerifier.of(SIGNER).vkey)])

    assert text == "first\n\nlast\n"


def test_signatures_by_unknown_keys_are_passed_over():
    note = SIGNER.sign("text\n") + OTHER.sign("text\n").split("\n\n")[1]

    for signer in (SIGNER, OTHER):
        assert open_note(note, [NoteVerifier.of(signer)])[1].name == signer.name


def test_a_note_that_no_known_key_signed_is_refused():
    with pytest.raises(
        CheckFailed, match=r"^signed by witness.example\+\w{8}, want guoji.example/log\+\w{8}$"
    ):
        open_note(OTHER.sign("text\n"), [NoteVerifier.of(SIGNER)])


def test_a_key_of_the_same_name_is_another_key():
    impostor = NoteSigner(SIGNER.name, OTHER.private_key)

    found, wanted = (NoteVerifier.of(signer).key_id.hex() for signer in (impostor, SIGNER))
    with pytest.raises(CheckFailed, match=rf"signed by .*\+{found}, want .*\+{wanted}$"):
        open_note(impostor.sign("text\n"), [NoteVerifier.of(SIGNER)])


def test_a_changed_text_does_not_fit_its_signature():
    with pytest.raises(CheckFailed, match="does not fit the note"):
        open_note(SIGNER.sign("text\n").replace("text", "tent"), [NoteVerifier.of(SIGNER)])


def test_where_no_signature_can_be_checked_that_is_said_and_neither_true_nor_false(monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None)

    with pytest.raises(Unavailable, match="without the package `cryptography`; install it"):
        open_note(NOTE, [NoteVerifier.from_vkey(VKEY)])


def test_one_wrong_signature_in_a_known_name_spoils_a_right_one():
    wrong = SIGNER.sign("other\n").split("\n\n")[1]

    with pytest.raises(CheckFailed, match="does not fit the note"):
        open_note(SIGNER.sign("text\n") + wrong, [NoteVerifier.of(SIGNER)])


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda n: n.replace("\n\n", "\n"), "blank line"),
        (lambda n: n.removesuffix("\n"), "blank line"),
        (lambda n: n.split("— ")[0], "blank line"),
        (lambda n: n.replace("— ", "- "), "is not '— name base64'"),
        (lambda n: n.replace("log ", "log  "), "is not '— name base64'"),
        (lambda n: n.replace("log ", "log+1 "), "key name"),
        (lambda n: n.replace("example/", "example\u2003/"), "key name"),
        (lambda n: n.replace("text", "te\tt"), r"control character '\\t' at 2"),
        (lambda n: n.replace("\n", "\r\n"), "control character"),
        (lambda n: n.replace("text", "\ud800"), "UTF-8"),
        (lambda n: n[:-2] + "!\n", "not base64"),
        (lambda n: n[: n.index("log ") + 4] + "AAAA\n", "has 3 bytes"),
        (lambda n: n + "— x AAAAAAA=\n" * 100, "101 signatures"),
        (lambda n: "x" * 300_000 + n, "bytes, want at most"),
    ],
)
def test_a_malformed_note_is_refused_before_any_key_is_asked(change, complaint):
    with pytest.raises(InvalidInput, match=complaint):
        Note.parse(change(SIGNER.sign("text\n")))


def test_a_signature_has_one_spelling():
    note = SIGNER.sign("text\n")
    last = note.removesuffix("=\n")[-1]
    respelt = note.removesuffix(f"{last}=\n") + chr(ord(last) + 1) + "=\n"

    with pytest.raises(InvalidInput, match="not canonical base64"):
        Note.parse(respelt)


@pytest.mark.parametrize(
    ("vkey", "complaint"),
    [
        ("example.com/foo", "has 1 parts"),
        (VKEY.replace("530d903a", "530d903b"), "has the id 530d903a"),
        (VKEY.replace("530d903a", "530D903A"), "has the id 530d903a"),
        (VKEY.replace("+Ae", "+Ce"), "type 0x09"),
        (VKEY + "AAAA", "has 35 bytes"),
        ("+" + VKEY.split("+", 1)[1], "key name"),
    ],
)
def test_a_malformed_verifier_key_is_refused(vkey, complaint):
    with pytest.raises(InvalidInput, match=complaint):
        NoteVerifier.from_vkey(vkey)


def test_no_text_is_signed_that_would_not_open():
    for text in ("no newline", "tab\t\n"):
        with pytest.raises(InvalidInput):
            SIGNER.sign(text)
