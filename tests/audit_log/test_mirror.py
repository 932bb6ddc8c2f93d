"""The mirror is the log again, grows with it, and is not trusted blindly either."""

import pytest

from tests.audit_log.auditing import files
from traceability.audit.report import Result
from traceability.audit.state import State
from traceability.errors import Refused, Unavailable


def test_a_mirror_can_be_audited_in_turn(auditor, tmp_path):
    auditor.audit()
    auditor.source = f"file://{auditor.folder}"
    auditor.folder = tmp_path / "second"

    assert auditor.audit().result is Result.CLEAN


def test_a_second_audit_fetches_only_what_is_new(auditor, log, server, chain):
    auditor.audit()
    log.grow(400)
    chain.take(6, log.size, log.checkpoint.root)
    server.asked.clear()

    assert auditor.audit().result is Result.CLEAN
    bundles = sorted(path for path in server.asked if "entries" in path)
    assert bundles == [f"log/tile/entries/{place}" for place in ("002", "003", "004.p/76")]
    assert files(auditor.folder / "log") == files_without_old_partials(log)


def files_without_old_partials(log):
    return {
        name: data
        for name, data in files(log.folder / "log").items()
        if ".p/" not in name or name.endswith(("/76", "/4", ".p/5"))
    }


def test_a_damaged_mirror_is_not_blamed_on_the_server(auditor):
    auditor.audit()
    tile = auditor.folder / "log/tile/0/001"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])

    with pytest.raises(Refused, match="the mirror does not hold what it held"):
        auditor.audit()

    tile.unlink()
    with pytest.raises(Refused, match="the mirror lost tile/0/001"):
        auditor.audit()


def test_entries_damaged_in_the_mirror_are_not_blamed_on_the_server(auditor):
    auditor.audit(with_map=False)
    bundle = auditor.folder / "log/tile/entries/001"
    bundle.write_bytes(bundle.read_bytes()[:-1] + b"\xff")

    with pytest.raises(Refused, match="tile/entries/001 was changed"):
        auditor.audit()


def test_two_audits_do_not_share_a_mirror(auditor):
    with (
        State.open(auditor.folder / "audit/state.db"),
        pytest.raises(Unavailable, match="locked; another audit is running"),
    ):
        auditor.audit()
