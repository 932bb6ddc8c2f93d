"""The private keys of an installation, as encrypted files."""
