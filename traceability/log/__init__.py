"""The log: an RFC 9162 Merkle tree, kept as C2SP tiles under signed checkpoints."""
