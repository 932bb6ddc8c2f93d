"""The tree is what the entries make it: whatever the server says otherwise is named."""

import pytest

from tests.audit_log.auditing import files
from tests.audit_log.log_folder import LogFolder, a_named_entry
from traceability.audit.report import Result
from traceability.errors import InvalidInput
from traceability.log.merkle import leaf_hash
from traceability.log.name_map import MapEntry
from traceability.log.successor import SuccessorEntry
from traceability.log.tiles import from_bundle, to_bundle


def changed(data, place, by=b"\xff"):
    """`data` with its 32 bytes number `place` replaced."""
    return data[: 32 * place] + by * 32 + data[32 * (place + 1) :]


def bundle_of(log, path, *replaced):
    """The served bundle at `path`, with some entries replaced."""
    entries = from_bundle((log.folder / path).read_bytes())
    for place, entry in replaced:
        entries[place] = entry
    return to_bundle(entries)


def test_an_honest_log_is_clean_and_its_mirror_is_the_log(auditor, log):
    report = auditor.audit()

    assert report.result is Result.CLEAN, report.lines()
    assert (report.checkpoint.size, report.checkpoint.root) == (700, log.checkpoint.root)
    assert files(auditor.folder / "log") == files(log.folder / "log")
    assert ("entries", 700, 700) in auditor.progress


def test_an_empty_log_is_clean(tmp_path, auditor, server, chain):
    empty = LogFolder(tmp_path / "empty").publish()
    server.folder = empty.folder
    chain.taken.clear()

    assert auditor.audit().result is Result.CLEAN


def test_a_log_of_several_levels_of_tiles_is_clean(tmp_path, auditor, server, chain):
    large = LogFolder(tmp_path / "large", with_map=False).grow(70_000, events=500)
    server.folder = large.folder
    chain.taken.clear()

    assert auditor.findings(with_map=False) == []
    assert (auditor.folder / "log/tile/1/000").exists()
    assert (auditor.folder / "log/tile/2/000.p/1").exists()


def test_an_entry_that_does_not_fit_its_tile_is_named(auditor, server, log):
    other, _ = a_named_entry(300, telling="other")
    server.lies["log/tile/entries/001"] = bundle_of(log, "log/tile/entries/001", (44, other))
    ours = leaf_hash(from_bundle((log.folder / "log/tile/entries/001").read_bytes())[44])

    report = auditor.audit()

    expected = f"its leaf hash is {leaf_hash(other).hex()}, tile/0/001 has {ours.hex()}"
    assert [str(each) for each in report.findings] == [f"entry: entry 300: {expected}"]
    assert "entries: from entry 256 on" in report.unchecked
    assert not (auditor.folder / "log/tile/entries/001").exists()


@pytest.mark.parametrize(("place", "below"), [(1, "tile/0/001"), (0, "tile/0/000")])
def test_a_wrong_hash_in_a_higher_tile_is_named_and_nothing_else(auditor, server, log, place, below):
    path = "tile/1/000.p/2"
    honest = (log.folder / "log" / path).read_bytes()
    server.lies[f"log/{path}"] = changed(honest, place)
    mine = honest[32 * place :][:32].hex()

    expected = f"tile: {path}, hash {place}: is {'ff' * 32}, the hashes of {below} give {mine}"
    assert auditor.findings() == [expected]


def test_a_full_tile_of_a_higher_level_is_compared_too(tmp_path, auditor, server, chain):
    large = LogFolder(tmp_path / "large", with_map=False).grow(66_000, events=500)
    server.folder = large.folder
    chain.taken.clear()
    honest = (large.folder / "log/tile/1/000").read_bytes()
    server.lies["log/tile/1/000"] = changed(honest, 200)

    [finding] = auditor.findings(with_map=False)

    assert finding.startswith(f"tile: tile/1/000, hash 200: is {'ff' * 32}, the hashes of tile/0/200 give ")


def test_a_tile_that_is_mended_is_clean_at_the_next_audit(auditor, server, log):
    server.lies["log/tile/1/000.p/2"] = changed((log.folder / "log/tile/1/000.p/2").read_bytes(), 1)
    assert len(auditor.findings()) == 1
    assert len(auditor.findings()) == 1  # nothing is remembered beyond an untrue thing

    server.lies.clear()

    assert auditor.audit().result is Result.CLEAN


@pytest.mark.parametrize(
    ("path", "lie", "expected"),
    [
        ("tile/0/001", bytes(32 * 255), "tile: tile/0/001: has 8160 bytes, want 8192"),
        ("tile/0/002.p/188", b"", "tile: tile/0/002.p/188: has 0 bytes, want 6016"),
        ("tile/1/000.p/2", bytes(33), "tile: tile/1/000.p/2: has 33 bytes, want 64"),
        ("tile/entries/001", b"", "bundle: tile/entries/001: holds 0 entries, want 256"),
        ("tile/entries/001", b"\0\0" * 255, "bundle: tile/entries/001: holds 255 entries, want 256"),
        ("tile/entries/001", b"\xff", "bundle: tile/entries/001: entry bundle of 1 bytes is cut"),
        ("tile/entries/001", b"\0\0" * 257, "bundle: tile/entries/001: entry bundle of 514 bytes is cut or"),
    ],
)
def test_a_file_of_a_wrong_length_is_named(auditor, server, path, lie, expected):
    server.lies[f"log/{path}"] = lie

    [finding] = auditor.findings(with_map=False)

    assert finding.startswith(expected)


@pytest.mark.parametrize(
    "path", ["tile/entries/001", "tile/0/001", "tile/1/000.p/2", "tile/entries/002.p/188"]
)
def test_a_file_that_the_log_has_signed_for_and_does_not_serve_is_named(auditor, server, log, path):
    (log.folder / "log" / path).unlink()

    [finding] = auditor.findings(with_map=False)

    assert finding.startswith(f"missing: {path}: ")
    assert finding.endswith("the server answers 404, though the log has signed for it")


def test_a_partial_file_may_be_gone_once_there_is_a_full_one(auditor, server, log, tmp_path):
    """As tlog-tiles allows: the log has grown between its checkpoint and its tiles."""
    note = (log.folder / "log/checkpoint").read_bytes()
    log.grow(68)
    server.lies["log/checkpoint"] = note
    for path in ("tile/entries/002.p/188", "tile/names/002.p/188", "tile/0/002.p/188"):
        (log.folder / "log" / path).unlink()

    assert auditor.audit().result is Result.CLEAN


def an_event_entry(**changed):
    entry = bytearray(a_named_entry(5)[0])
    for place, data in changed.values():
        entry[place : place + len(data)] = data
    return bytes(entry)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (b"", "entry has 0 bytes, want 178"),
        (an_event_entry(submitter=(125, b"x")), "submitter 'x521234000006' of the entry is not a GLN"),
        (an_event_entry(submitter=(125, b"\xb2")), "submitter '\ufffd521234000006' of the entry"),
        (an_event_entry(captured=(138, b"\xff")), "of the entry is out of range"),
        (an_event_entry(prefix=(2, b"G")), "entry begins with 010b47756f6a69"),
        (an_event_entry() + b"\0", "entry has 179 bytes, want 178"),
        (MapEntry(4, bytes(32)).to_bytes(), "is a map entry that calls itself entry 4"),
        (MapEntry(3, bytes(32)).to_bytes()[:-1], "entry of 50 bytes is not a map entry"),
        (b"\x01\x0fguoji/successor", "entry of 17 bytes is not one of a successor"),
    ],
)
def test_an_entry_of_no_known_form_is_named(tmp_path, auditor, server, chain, entry, expected):
    odd = LogFolder(tmp_path / "odd", with_map=False)
    odd.grow(3)
    odd.append((entry, b""))
    odd.integrate([])
    server.folder = odd.publish().folder
    chain.taken.clear()

    [finding] = auditor.findings(with_map=False)

    assert finding.startswith("entry: entry 3: ")
    assert expected in finding


@pytest.mark.parametrize(("size", "fits"), [(300, True), (0, True), (299, False), (400, False)])
def test_an_entry_of_a_successor_names_a_root_that_the_log_had(tmp_path, auditor, server, chain, size, fits):
    log = LogFolder(tmp_path / "successor").grow(300)
    root = log.root_at(size) if fits else log.root_at(300)
    log.append((SuccessorEntry(b"i" * 32, size, root).to_bytes(), b""))
    log.integrate([])
    server.folder = log.publish().folder
    chain.taken.clear()
    had = log.root_at(min(size, 300)).hex()

    said = f"entry: entry 300: names a checkpoint of {size} entries with the root {root.hex()}"

    assert auditor.findings() == ([] if fits else [f"{said}, the first {min(size, 300)} have {had}"])


def test_an_entry_of_no_known_form_is_found_again_by_the_next_audit(tmp_path, auditor, server, chain):
    odd = LogFolder(tmp_path / "odd", with_map=False).grow(3)
    odd.append((b"?", b""))
    server.folder = odd.grow(600).folder
    chain.taken.clear()

    assert auditor.findings(with_map=False) == auditor.findings(with_map=False) != []


def test_a_policy_that_cannot_be_read_is_refused(auditor):
    auditor.policy = "log x"

    with pytest.raises(InvalidInput, match="trust policy, line 1"):
        auditor.audit()
