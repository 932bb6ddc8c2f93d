"""Where a party makes live rooms: what opens one is shown once, and is not lost to a change of language."""

import re
from html import unescape
from urllib.parse import urljoin

import httpx
import pytest

from tests.api.hosting import hosting

ROOM = {"title": "丹东草莓专场", "host": "小禾", "speaks": "zh-CN"}
KEY = re.compile(r"glive_[\w-]+")


@pytest.fixture(scope="module")
def desk():
    with hosting() as desk:
        yield desk


@pytest.fixture
def party(desk):
    with httpx.Client(base_url=f"{desk.address}/live", trust_env=False, follow_redirects=True) as client:
        client.post("/sign-in", data={"token": "capture"})
        yield client


def hidden(page):
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))


def sent(party, path, **fields):
    """As a browser sends a form of several parts."""
    return party.post(path, files={name: (None, value) for name, value in fields.items()})


def made(party, **fields):
    return sent(party, "/make?lang=en", form_key=hidden(party.get(""))["form_key"], **ROOM | fields)


def test_the_key_that_is_shown_once_is_shown_in_the_other_language_too_and_no_room_is_made_again(party, desk):
    first = made(party)
    before = desk.studio.rooms.store.count("9521234000013")
    second = sent(party, "/made?lang=zh-CN", **hidden(first))

    assert 'lang="zh-CN"' in second.text
    assert set(KEY.findall(second.text)) == set(KEY.findall(first.text)) != set()
    assert hidden(second) == hidden(first)
    assert desk.studio.rooms.store.count("9521234000013") == before
    assert "glive_" not in f"{first.url}{second.url}"


def test_with_another_key_a_room_is_not_shown_as_just_made(party, desk):
    forged = hidden(made(party)) | {"room": desk.code}

    assert sent(party, "/made?lang=en", **forged).status_code == 403
    assert sent(party, "/made?lang=en", **forged | {"room": "NOWHERE"}).status_code == 404


def test_also_what_was_refused_can_be_read_in_the_other_language(party, desk):
    control = f"{desk.address}/live/{desk.code}"
    refused = [
        made(party, title=""),
        httpx.post(f"{desk.address}/live/sign-in", data={"token": "nobody's"}, trust_env=False),
        httpx.post(f"{control}/sign-in", data={"token": "nobody's"}, trust_env=False),
    ]
    links = [unescape(re.search(r'<a class="lang" href="([^"]+)"', page.text)[1]) for page in refused]
    statuses = [
        party.get(urljoin(str(page.url), link)).status_code for page, link in zip(refused, links, strict=True)
    ]

    assert [page.status_code for page in refused] == [422, 401, 401]
    assert statuses == [200, 200, 200]


def test_the_report_of_a_rehearsal_which_is_kept_nowhere_is_in_both_languages(party, desk):
    room = desk.another()
    room.studio.rooms.show(room.code, room.room.offers[0].code)
    room.studio.rooms.rehearse(room.code)
    page = party.get(f"{room.url}?lang=en")
    ended = party.post(f"{room.url}?lang=en", data=hidden(page) | {"do": "end-rehearsal"})

    assert "== 红颜草莓" in ended.text
    assert "report of the rehearsal" in ended.text
    assert "彩排报告" in ended.text
