"""Status lists are fetched, held to their issuer, and kept; what cannot be had stays as it was."""

from datetime import timedelta

import pytest

from tests.builders import START
from tests.laboratories import KEY, LIST_URL, OTHER_KEY, a_list, a_trusted
from traceability.errors import InvalidInput, Unavailable
from traceability.laboratory import refresh as module
from traceability.laboratory.refresh import fetch_list, refresh
from traceability.store.status_lists import StatusListFolder

ISSUER = a_trusted(lists=[LIST_URL])
NOW = START + timedelta(days=2)


@pytest.fixture
def folder(tmp_path):
    return StatusListFolder(tmp_path / "status-lists")


def refreshed(folder, answer, issuers=(ISSUER,)):
    def get(url):
        if isinstance(answer, Exception):
            raise answer
        return answer

    return [each.failed for each in refresh(issuers, folder, get, NOW)]


def test_a_list_is_kept_and_a_newer_one_takes_its_place(folder):
    assert folder.texts() == []
    assert refreshed(folder, a_list() + "\n") == [None]
    before = folder.revision()
    assert refreshed(folder, a_list(5, days=1.6)) == [None]

    assert folder.texts() == [a_list(5, days=1.6)]
    assert folder.revision() != before


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Unavailable("the server answers 503"), "503"),
        ("<html>", "not a compact JWS"),
        (a_list(key=OTHER_KEY), "is the list https://lab.example/status/1 of https://other.example"),
        (a_list(url="https://lab.example/status/2"), "is the list https://lab.example/status/2"),
        (a_list(5, days=1.2), "older than the one that is here"),
        (KEY.sign({"@context": []}), "lacks"),
    ],
)
def test_what_is_not_this_list_changes_nothing(folder, answer, said):
    refreshed(folder, a_list())

    [failed] = refreshed(folder, answer)

    assert said in failed
    assert folder.texts() == [a_list()]


def test_one_that_is_away_keeps_no_other_from_being_fetched(folder):
    def get(url):
        if url == LIST_URL:
            raise Unavailable("away")
        return a_list(url=url)

    issuer = a_trusted(lists=[LIST_URL, f"{LIST_URL}b"])
    assert [each.failed for each in refresh([issuer], folder, get, NOW)] == ["away", None]


def test_a_list_on_a_private_address_is_not_asked_for(monkeypatch):
    with pytest.raises(InvalidInput, match=r"leads to 127\.0\.0\.1"):
        fetch_list("https://127.0.0.1/status")
    with pytest.raises(InvalidInput, match=r"leads to 10\.0\.0\.1"):
        fetch_list("https://10.0.0.1/status")


def test_it_is_fetched_from_the_address_that_was_looked_at(monkeypatch):
    asked = {}
    monkeypatch.setattr(module, "resolve", lambda host, port, allowed: "198.51.100.7")
    monkeypatch.setattr(module, "fetch", lambda request, *_, address: asked.update(to=address) or b"a.b.c")

    assert fetch_list("https://lab.example/status") == "a.b.c"
    assert asked == {"to": "198.51.100.7"}
