import errno
import io
import os
import sys

from traceability.cli.journal import journal


class Full(io.StringIO):
    """A log on a disk that is full, until there is room."""

    is_full = True

    def flush(self):
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_role_goes_on_where_its_log_finds_no_room_and_says_the_next_thing_when_it_does(monkeypatch):
    disk = Full()
    monkeypatch.setattr(sys, "stderr", disk)
    log = journal("seal", as_json=True)

    log.warning("the disk is full")
    disk.is_full = False
    log.info("going on")

    assert '"going on"' in disk.getvalue()
