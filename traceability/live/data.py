"""The tables of this package that are data."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load(name: str) -> dict[str, Any]:
    """What `name`.toml holds."""
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))
