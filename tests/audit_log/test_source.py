"""A hostile server costs the auditor a clear line: never its memory, its time or a crash."""

import time
from contextlib import suppress

import pytest

from traceability.audit.report import Result
from traceability.audit.source import WebSource, source_of
from traceability.cli.read_source import read_source
from traceability.errors import InvalidInput, Unavailable, Unknown


@pytest.fixture
def source(server):
    return WebSource(server.url, within_s=60)


def answering(*parts, pause_s=0.0, status=200, **headers):
    def answer(handler):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        with suppress(ConnectionError):
            for part in parts:
                handler.wfile.write(part)
                handler.wfile.flush()
                time.sleep(pause_s)

    return answer


def without_end(handler):
    handler.send_response(200)
    handler.end_headers()
    with suppress(ConnectionError):
        while True:
            handler.wfile.write(b"x" * (1 << 16))


@pytest.mark.parametrize(
    ("lie", "expected"),
    [
        (without_end, "cannot fetch x: it has more than 100000 bytes"),
        (answering(b"x" * 9, Content_Length="10"), "cannot fetch x: cut off after 9 bytes"),
        (answering(status=302, Location="http://127.0.0.1:1/"), "cannot fetch x: the server answers 302"),
        (answering(status=301, Location="file:///etc/passwd"), "cannot fetch x: the server answers 301"),
        (answering(status=503), "cannot fetch x: the server answers 503"),
        (answering(b"\x1f\x8b", Content_Encoding="gzip"), "cannot fetch x: it is compressed"),
        (answering(b"x", Transfer_Encoding="chunked"), "cannot fetch x: "),
        (lambda handler: handler.wfile.write(b"rubbish\r\n"), "cannot fetch x: rubbish"),
        (lambda handler: None, "cannot fetch x: Remote end closed connection"),
    ],
)
def test_whatever_a_server_answers_there_is_one_clear_line(server, source, lie, expected):
    server.lies["x"] = lie

    with pytest.raises(Unavailable, match=expected):
        source.read("x", 100_000)


@pytest.mark.parametrize("lie", [answering(*[b"x"] * 100, pause_s=0.05), answering(b"", pause_s=2)])
def test_a_server_that_is_slow_is_left_when_time_is_up(server, lie):
    server.lies["x"] = lie

    with pytest.raises(Unavailable, match=r"cannot fetch x: not whole within 0\.5 s"):
        WebSource(server.url, within_s=0.5).read("x", 100_000)


def test_an_auditor_calls_itself_what_a_verifier_does(server, source):
    agents = []
    server.lies["x"] = lambda handler: agents.append(handler.headers["User-Agent"])

    for read in (source.read, lambda path, at_most: read_source(f"{server.url}/{path}", at_most)):
        with suppress(Unavailable, InvalidInput):
            read("x", 1)

    assert agents == ["Mozilla/5.0"] * 2


def test_a_server_that_cannot_be_reached_is_unavailable():
    with pytest.raises(Unavailable, match=r"cannot fetch x: .*refused"):
        WebSource("http://127.0.0.1:1").read("x", 1)


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_unknown(server, source, status):
    server.lies["x"] = answering(status=status)

    with pytest.raises(Unknown, match=f"x: the server answers {status}"):
        source.read("x", 1)


@pytest.mark.parametrize("url", ["ftp://host/x", "http://", "/not/there", "file:///not/there", "host"])
def test_what_is_neither_a_web_address_nor_a_folder_is_refused(url, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(InvalidInput, match="is neither an http or https URL nor a folder"):
        source_of(url)


def test_a_folder_gives_its_files_within_their_size(log):
    source = source_of(str(log.folder))

    assert source.read("log/checkpoint", 1000) == (log.folder / "log/checkpoint").read_bytes()
    with pytest.raises(Unavailable, match="log/checkpoint has more than 10 bytes"):
        source.read("log/checkpoint", 10)
    for path in ("log/none", "log/checkpoint/x", "log"):
        with pytest.raises(Unknown, match="there is no"):
            source.read(path, 10)


def test_an_endless_bundle_leaves_the_rest_unchecked(auditor, server):
    server.lies["log/tile/entries/001"] = answering(*[b"x" * (1 << 20)] * 17)

    report = auditor.audit(with_map=False)

    assert report.result is Result.UNCHECKED
    assert "entries: cannot fetch log/tile/entries/001: it has more than 16777472 bytes" in report.unchecked
    assert "entries: from entry 256 on" in report.unchecked


def test_what_was_mirrored_before_the_server_went_away_is_not_fetched_again(auditor, server):
    server.lies["log/tile/entries/001"] = answering(status=503)
    auditor.audit()
    server.lies.clear()
    server.asked.clear()

    assert auditor.audit().result is Result.CLEAN
    assert "log/tile/entries/000" not in server.asked


def test_a_server_that_is_away_leaves_everything_unchecked(auditor):
    auditor.source = "http://127.0.0.1:1"

    report = auditor.audit()

    assert report.result is Result.UNCHECKED
    assert report.checkpoint is None
    assert report.unchecked[0].startswith("checkpoint: cannot fetch log/checkpoint: ")
