"""Keep web3 from letting recursion overrun the stack."""

import sys

# Once loaded, py_ecc raises the limit to 100000 for the whole process: loaded here, it cannot do so later.
# JSON nested that deep, from anybody, would then end the process instead of raising RecursionError.
import py_ecc  # noqa: F401

sys.setrecursionlimit(1000)
