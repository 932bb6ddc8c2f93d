"""The hash that does not wait gives what SHA-256 gives."""

import random
from hashlib import sha256

from tests.browser.running import in_node


def test_texts_of_all_lengths_around_a_block_and_some_long_ones_hash_as_elsewhere():
    dice = random.Random(1)
    texts = [dice.randbytes(length) for length in [*range(301), *(dice.randrange(20_000) for _ in range(50))]]
    cuts = [dice.randint(0, len(text)) for text in texts]

    hashes = in_node(
        "hashOf", [[text[:cut].hex(), text[cut:].hex()] for text, cut in zip(texts, cuts, strict=True)]
    )

    assert hashes == [sha256(text).hexdigest() for text in texts]


def test_a_text_that_follows_a_longer_one_is_hashed_without_its_remains():
    assert in_node("hashOf", [["ff" * 200], ["00"], []])[1:] == [
        sha256(b"\x00").hexdigest(),
        sha256(b"").hexdigest(),
    ]
