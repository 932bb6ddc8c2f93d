"""The map of names follows from the entries: an entry left out of it is caught."""

import pytest

from tests.audit_log.log_folder import LogFolder, a_named_entry
from traceability.audit import names
from traceability.audit.report import Result
from traceability.log.name_map import (
    MapEntry,
    from_names_bundle,
    name_hash,
    names_digest,
    to_names_bundle,
)
from traceability.log.tiles import from_bundle

FIRST = "log/tile/names/000"


def served_names(log, place, hashes, path=FIRST):
    every = from_names_bundle((log.folder / path).read_bytes(), 256)
    every[place] = hashes
    return to_names_bundle(every)


def test_every_map_entry_is_compared(auditor, log):
    report = auditor.audit()

    # 700 entries, a map entry after each nine events.
    assert "names: of 700 entries, 70 map entries compared anew" in report.checked


def test_an_event_left_out_of_the_map_is_caught_at_the_map_entry_that_leaves_it_out(
    tmp_path, auditor, server, chain
):
    lying = LogFolder(tmp_path / "lying").grow(20)
    shown, hidden = a_named_entry(20), a_named_entry(21)
    lying.integrate([shown])
    told = lying._pages
    lying.append(hidden)
    lying.append((MapEntry(lying.size, _root(told)).to_bytes(), b""))
    server.folder = lying.publish().folder
    chain.taken.clear()

    report = auditor.audit()

    [finding] = [str(each) for each in report.findings]
    assert finding.startswith(f"map: entry 23: has the root {_root(told).hex()}, the entries before it give ")
    assert "names: from entry 0 on" in report.unchecked


def _root(pages):
    return names.NamePages(lambda paths: {p: pages[p] for p in paths if p in pages}).root()


def test_a_name_that_is_missing_from_what_is_served_is_caught(auditor, server, log):
    kept = from_names_bundle((log.folder / FIRST).read_bytes(), 256)[5][:32]
    server.lies[FIRST] = served_names(log, 5, kept)
    entry = from_bundle((log.folder / "log/tile/entries/000").read_bytes())[5]

    [finding] = auditor.findings()

    assert finding == (
        f"names: entry 5: commits to names of the digest {entry[93:125].hex()}, "
        f"the 1 given for it have {names_digest(kept).hex()}"
    )


def test_a_name_that_is_made_up_is_caught(auditor, server, log):
    server.lies[FIRST] = served_names(log, 9, name_hash("x"))

    assert auditor.findings() == ["names: entry 9: is not of an event, 1 names are given for it"]


def test_names_to_which_an_entry_commits_out_of_order_are_caught(tmp_path, auditor, server, chain):
    entry, hashes = a_named_entry(0, "a", "b")
    turned = hashes[32:] + hashes[:32]
    entry = entry[:93] + names_digest(turned) + entry[125:]
    odd = LogFolder(tmp_path / "odd")
    odd.append((entry, turned))
    odd.integrate([])
    server.folder = odd.publish().folder
    chain.taken.clear()

    assert auditor.findings() == ["names: entry 0: 64 bytes of name hashes are not ascending hashes of 32"]


@pytest.mark.parametrize("lie", [b"", b"\xff" * 4, b"\0" * 4 * 255, b"\0" * 4 * 257, b"\0\0\0\x01" * 2])
def test_names_of_other_entries_than_asked_for_are_caught(auditor, server, lie):
    server.lies[FIRST] = lie

    assert auditor.findings() == [
        f"names: tile/names/000: names bundle of {len(lie)} bytes is not of 256 entries"
    ]


def test_names_that_are_not_served_are_missing(auditor, log):
    (log.folder / "log/tile/names/001").unlink()

    [finding] = auditor.findings()

    assert finding.startswith("missing: tile/names/001: ")


def test_the_map_goes_on_from_where_an_earlier_audit_stopped(auditor, log, server, chain):
    auditor.audit()
    log.grow(400)
    chain.take(6, log.size, log.checkpoint.root)
    server.asked.clear()

    report = auditor.audit()

    assert report.result is Result.CLEAN
    assert sorted(path for path in server.asked if "names" in path) == [
        f"log/tile/names/{place}" for place in ("002", "003", "004.p/76")
    ]
    assert "names: of 1100 entries, 59 map entries compared anew" in report.checked


def test_the_map_is_remembered_no_further_than_the_entries_under_it(auditor, server, log):
    server.lies["log/tile/1/000.p/2"] = bytes(64)
    auditor.audit()
    server.lies.clear()

    assert "names: of 700 entries, 70 map entries compared anew" in auditor.audit().checked


def test_the_map_can_be_left_out_and_checked_later(auditor, server):
    assert auditor.audit(with_map=False).result is Result.CLEAN
    assert not any("names" in path for path in server.asked)

    report = auditor.audit()

    assert "names: of 700 entries, 70 map entries compared anew" in report.checked


def test_an_endless_integration_is_taken_in_piece_by_piece(monkeypatch, auditor):
    monkeypatch.setattr(names, "_MOST_WAITING", 3)

    assert auditor.audit().result is Result.CLEAN


def test_names_that_do_not_come_leave_the_map_unchecked_and_nothing_else(auditor, server):
    server.lies[FIRST] = lambda handler: handler.send_error(503)

    report = auditor.audit()

    assert report.result is Result.UNCHECKED
    assert report.unchecked == ("names: cannot fetch log/tile/names/000: the server answers 503",)
