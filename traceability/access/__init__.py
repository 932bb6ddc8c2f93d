"""Bearer tokens of an identity provider, as the grants that they stand for (RFC 9068)."""
