"""Chance that repeats: numbers that follow from a seed and a name alone, in any order, on any machine."""

from hashlib import blake2b
from statistics import NormalDist

_STEPS = 2**53
_NORMAL = NormalDist()


def uniform(*what: object) -> float:
    """Between 0 and 1, both excluded; the same for the same words."""
    digest = blake2b("/".join(map(str, what)).encode(), digest_size=8).digest()
    return (int.from_bytes(digest) % (_STEPS - 1) + 1) / _STEPS


def normal(*what: object) -> float:
    """Of mean 0 and deviation 1."""
    return _NORMAL.inv_cdf(uniform(*what))


def wander(at_s: float, within_s: float, *what: object) -> float:
    """A smooth curve between -1 and 1 that may go anywhere `within_s` seconds."""
    knot, between = divmod(at_s / within_s, 1)
    before, after = (2 * uniform(*what, int(knot) + step) - 1 for step in (0, 1))
    return before + (after - before) * between * between * (3 - 2 * between)
