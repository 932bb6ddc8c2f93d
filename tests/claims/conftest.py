"""The sample traces, as facts."""

import json
from pathlib import Path

import pytest

from traceability.claims.read_facts import read_facts


@pytest.fixture(scope="session")
def traced():
    """By the name of the sample."""
    files = (Path(__file__).parent / "traces").glob("*.json")
    return {file.stem: read_facts(json.loads(file.read_text("utf-8"))) for file in files}
