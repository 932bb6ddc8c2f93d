"""An installation of real processes for each way from devices to gateway, and each kind of store."""

from pathlib import Path

import pytest

from bench.durability.scene import a_scene
from bench.durability.stores import SQLITE


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def scene(request, tmp_path, way, kind):
    """Its broker and its gateway run, with a store of this kind."""
    database = "" if kind == SQLITE else request.getfixturevalue("new_postgresql")()
    with a_scene(tmp_path, way, DATABASE=database) as scene:
        scene.start("broker", "gateway")
        yield scene
