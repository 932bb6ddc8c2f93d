"""An installation whose store holds something of everything, on each kind of database."""

import shutil

import pytest

from tests.fsck.filled_store import made_and_filled
from traceability.settings import Settings


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    settings = Settings.read({"GUOJI_HOME": str(tmp_path_factory.mktemp("filled") / "home")})
    made_and_filled(settings)
    return settings.home


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def home(request, tmp_path, filled):
    given = {"GUOJI_HOME": str(tmp_path / "home")}
    if request.param == "sqlite":
        shutil.copytree(filled, tmp_path / "home")
        return Settings.read(given)
    settings = Settings.read({**given, "GUOJI_DATABASE": request.getfixturevalue("new_postgresql")()})
    made_and_filled(settings)
    return settings
