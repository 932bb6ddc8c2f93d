import errno
import os

import pytest

from traceability.disk import writing
from traceability.errors import Unavailable
from traceability.store.documents import DocumentFolder
from traceability.store.high_water import HighWaterFile


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_file_for_which_there_is_no_room_is_unavailable_and_says_where_to_make_some(tmp_path, number):
    with (
        pytest.raises(Unavailable, match=f"cannot write {tmp_path}/mark: .*: free some space in {tmp_path}$"),
        writing(tmp_path / "mark"),
    ):
        raise OSError(number, os.strerror(number))


@pytest.fixture
def full(monkeypatch):
    """Every file that is made durable meets a full disk."""

    def fail(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    return monkeypatch


def test_a_mark_that_found_no_room_stays_what_it_was(tmp_path, full):
    mark = HighWaterFile(tmp_path / "high-water")
    (tmp_path / "high-water").write_text("old")

    with pytest.raises(Unavailable, match="free some space"):
        mark.replace("old", "new")

    assert mark.newest() == "old"
    full.undo()
    mark.replace("old", "new")
    assert mark.newest() == "new"


def test_a_document_that_found_no_room_is_not_half_there(tmp_path):
    folder = DocumentFolder(tmp_path / "a file, not a folder")
    (tmp_path / "a file, not a folder").write_text("")

    with pytest.raises(Unavailable, match="cannot write"):
        folder.keep(b"sheet")
