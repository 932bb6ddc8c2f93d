"""The journal of erasures forgets none, whatever a crash or two writers do to it."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from traceability.errors import Refused
from traceability.ledger.personal import Erasure
from traceability.store.erasure_journal import ErasureFile

ONE, TWO = (Erasure(f"{n}" * 64, n, "他要求的") for n in (1, 2))


NUMBER = b'{"commitment": 1, "erased_at_ms": 1, "reason": "r"}'


@pytest.fixture
def path(tmp_path):
    return tmp_path / "erasures.jsonl"


def test_a_journal_reads_back_what_was_appended(path):
    journal = ErasureFile(path)
    assert journal.read() == []

    journal.append([ONE])
    journal.append([TWO, ONE])

    assert ErasureFile(path).read() == [ONE, TWO, ONE]
    assert json.loads(path.read_text().splitlines()[0]) == {
        "commitment": "1" * 64,
        "erased_at_ms": 1,
        "reason": "他要求的",
    }


def test_a_line_that_a_crash_tore_is_passed_over_and_harms_none_after_it(path):
    journal = ErasureFile(path)
    journal.append([ONE])
    with path.open("ab") as file:
        file.write(b'{"commitment": "33')

    assert journal.read() == [ONE]
    journal.append([TWO])
    assert journal.read() == [ONE, TWO]


@pytest.mark.parametrize("line", [b"{}", b"", b"null", b"\xff", b'{"commitment": "1"', NUMBER])
def test_a_spoilt_line_stops_us_since_what_it_erased_may_be_here_again(path, line):
    journal = ErasureFile(path)
    journal.append([ONE])
    path.write_bytes(path.read_bytes() + line + b"\n")

    with pytest.raises(Refused, match=r"erasures.jsonl line 2 is no erasure"):
        journal.read()


def test_several_writers_tear_no_line(path):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: ErasureFile(path).append([Erasure("a" * 64, n, "r")]), range(100)))

    assert {each.erased_at_ms for each in ErasureFile(path).read()} == set(range(100))
