"""The prefix that keeps one kind of hashed or signed bytes from ever being read as another."""

VERSION = 1


def prefix(domain: str) -> bytes:
    """`0x01 || u8 length || domain`: the first bytes of everything this system hashes or signs."""
    name = domain.encode("ascii")
    return bytes([VERSION, len(name)]) + name
