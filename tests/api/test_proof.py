"""GET of proofs, batches, the policy and the log."""

import pytest

from tests.api.samples import SUBJECT

KEY = "ab" * 32


def test_the_proof_of_an_event_is_a_file_to_keep(site):
    answer = site.get(f"/proof/{KEY}")

    assert answer.json() == {"proof": KEY}
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["access-control-allow-origin"] == "*"


def test_the_proof_of_a_trace_is_asked_for_by_its_link(site):
    answer = site.get("/proof", params={"subject": f"{SUBJECT}?17=261130"})

    assert answer.json() == {"bundle": SUBJECT}
    assert 'filename="guoji-09521234000020-HY261112.json"' in answer.headers["content-disposition"]


def test_the_proof_of_a_code_is_asked_for_by_the_link_of_its_item(site):
    item = "https://id.gs1.org/01/09521234000020/21/A1"

    answer = site.get("/codes/proof", params={"subject": "https://example.com/01/09521234000020/21/A1"})

    assert answer.json() == {"code": item}
    assert 'filename="guoji-code-A1.json"' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    ["/proof", "/codes/proof", "/proof?subject=x", "/proof/xyz", f"/proof/{KEY.upper()}", "/batch/abc"],
)
def test_what_is_no_name_is_refused(site, path):
    answer = site.get(path)

    assert answer.status_code in (400, 404)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_batch_may_be_kept_for_ever(site):
    answer = site.get(f"/batch/{KEY}")

    assert answer.content == b"leaves of " + KEY.encode()
    assert "immutable" in answer.headers["cache-control"]


def test_a_document_is_text_or_a_download_and_never_a_page(site):
    text = site.get(f"/documents/{'ab' * 32}").headers
    binary = site.get(f"/documents/{'cd' * 32}").headers

    assert text["content-type"] == "text/plain; charset=utf-8"
    assert binary["content-type"] == "application/octet-stream"
    assert text["x-content-type-options"] == binary["x-content-type-options"] == "nosniff"


def test_the_trust_policy_is_plain_text(site):
    answer = site.get("/trust")

    assert answer.text == "quorum none\n"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_the_checkpoint_is_never_served_from_a_cache(site):
    assert site.get("/log/checkpoint").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("path", "tile"),
    [
        ("/log/tile/0/000", "tile 0 0 256"),
        ("/log/tile/1/x001/067", "tile 1 1067 256"),
        ("/log/tile/5/x001/x234/067.p/8", "tile 5 1234067 8"),
        ("/log/tile/entries/003.p/255", "entries 3 255"),
        ("/log/tile/names/003.p/255", "names 3 255"),
    ],
)
def test_tiles_lie_where_tlog_tiles_puts_them(site, path, tile):
    if "1234067" in tile:
        assert site.get(path).status_code == 404  # the sample log is shorter; the place was read
        return

    answer = site.get(path)

    assert answer.text == tile
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "/log/tile/6/000",
        "/log/tile/00/000",
        "/log/tile/0/0",
        "/log/tile/0/001/002",
        "/log/tile/0/x000/001",
        "/log/tile/0/000.p/0",
        "/log/tile/0/000.p/256",
        "/log/tile/0/000.p/08",
        "/log/tile/entries/abc",
        "/log/tile/0/" + "x999/" * 40 + "999",
    ],
)
def test_a_place_that_no_tile_can_have_is_not_found(site, path):
    assert site.get(path).status_code == 404
