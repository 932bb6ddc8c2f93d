"""Who may open and command a live room from its page; what its commands do, without any script."""

import re

import httpx
import pytest

from api.host_session import host_cookie
from tests.api.hosting import OTHER, hosting
from traceability.live.record import Kind
from traceability.live.room import Phase


@pytest.fixture(scope="module")
def served_room():
    with hosting() as room:
        yield room


@pytest.fixture
def room(served_room):
    """Nothing on, not on air, nothing hidden."""
    rooms = served_room.studio.rooms
    if served_room.room.phase is Phase.REHEARSAL:
        rooms.end_rehearsal(served_room.code)
    rooms.show(served_room.code, None)
    return served_room


@pytest.fixture
def host(room):
    with httpx.Client(trust_env=False) as client:
        client.post(room.url.replace("/control", "/sign-in"), data={"token": room.key})
        yield client


def form_key(client, url):
    return re.search(r'name="form_key" value="(\w+)"', client.get(url).text)[1]


def send(client, room, **fields):
    key = host_cookie(room.code).form_key(room.key)
    return client.post(f"{room.url}?lang=en", data={"form_key": key, **fields})


def test_a_stranger_gets_the_form_for_the_key_and_nothing_of_the_room(room):
    answer = httpx.get(room.url, trust_env=False)

    assert answer.status_code == 401
    assert 'name="token"' in answer.text
    assert "丹东草莓专场" not in answer.text
    assert httpx.post(room.url, data={"do": "show"}, trust_env=False).status_code == 401


def test_the_key_of_another_room_does_not_open_this_one(room):
    _, other_key = room.studio.rooms.make("9521234000013", "小禾", "别场", "zh-CN")
    sign_in = room.url.replace("/control", "/sign-in")

    assert httpx.post(sign_in, data={"token": other_key}, trust_env=False).status_code == 401
    assert httpx.get(room.url, cookies={"guoji_live": other_key}, trust_env=False).status_code == 401
    assert httpx.get(room.url, cookies={"guoji_live": room.key}, trust_env=False).status_code == 200


def test_a_token_of_the_rooms_party_opens_it_and_one_that_captures_for_nobody_does_not(room):
    def as_party(token):
        return httpx.get(room.url, cookies={"guoji_rooms": token}, trust_env=False).status_code

    assert [as_party(token) for token in ("capture", "farm", "nobody", "unknown")] == [200, 401, 401, 401]


def test_the_cookie_is_for_this_room_alone_and_out_of_reach_for_scripts_and_other_sites(room):
    answer = httpx.post(room.url.replace("/control", "/sign-in"), data={"token": room.key}, trust_env=False)

    flags = {each.strip() for each in answer.headers["set-cookie"].split(";")[1:]}
    assert flags >= {"HttpOnly", "SameSite=strict", f"Path=/live/{room.code}"}
    assert room.key not in answer.headers["location"]


@pytest.mark.parametrize(
    ("form", "headers"),
    [
        ({"form_key": "0" * 32}, {}),
        ({}, {}),
        (None, {"Sec-Fetch-Site": "cross-site"}),
        (None, {"Sec-Fetch-Site": "same-site"}),
    ],
    ids=["another key", "no key", "another site", "another port"],
)
def test_a_form_that_did_not_stand_on_the_hosts_page_commands_nothing(room, host, form, headers):
    fields = {"do": "show", "offer": room.room.offers[0].code}
    fields |= {"form_key": form_key(host, room.url)} if form is None else form

    answer = host.post(room.url, data=fields, headers=headers)

    assert answer.status_code == 403
    assert room.room.current is None


def test_a_command_leads_back_to_the_page_and_sent_twice_it_is_done_once(room, host):
    first = room.room.offers[0].code

    answers = [send(host, room, do="show", offer=first) for _ in range(2)]

    assert [each.status_code for each in answers] == [303, 303]
    assert room.room.desk.offer == first


def test_what_has_not_changed_is_not_sent_again(room, host):
    tag = host.get(room.url).headers["etag"]
    same = host.get(room.url, headers={"If-None-Match": tag})
    room.studio.rooms.show(room.code, room.room.offers[0].code)
    changed = host.get(room.url, headers={"If-None-Match": tag})

    assert (same.status_code, same.content, changed.status_code) == (304, b"", 200)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"do": "fly"}, "no command is called"),
        ({"do": "go-on-air"}, "The box for agreeing was not ticked."),
        ({"do": "end", "agreed": "yes"}, "want on_air"),
        ({"do": "add", "goods": "(01)09521234000099(10)X"}, "We hold nothing under this code"),
        ({"do": "add", "goods": "<b>"}, "Not carried out."),
        ({"do": "card", "card": "price", "shown": "no"}, "no card"),
        ({"do": "move", "offer": "x", "to": "-1"}, "want a number"),
        ({"do": "answer", "warning": "99", "answer": "noted"}, "want on_air or rehearsal"),
    ],
)
def test_a_command_that_is_refused_says_why_and_changes_nothing(room, host, fields, said):
    before = room.room

    answer = send(host, room, **fields)

    assert answer.status_code == 422
    assert said in answer.text
    assert room.room == before


def test_the_queue_takes_a_lot_as_it_stands_under_its_code_and_gives_it_back(room, host):
    send(host, room, do="remove", offer=room.room.offers[-1].code)
    send(host, room, do="add", goods="(01)09521234000044(10)A1")
    *_, before_last, last = room.room.offers
    send(host, room, do="move", offer=last.code, to=str(len(room.room.offers) - 1))
    moved = room.room.offers
    send(host, room, do="remove", offer=last.code)

    assert (last.subject, last.name) == (OTHER, "红颜草莓 300 克")
    assert [each.code for each in moved[-2:]] == [last.code, before_last.code]
    assert last not in room.room.offers


def test_a_sentence_is_checked_before_it_is_said_and_leaves_nothing(room, host):
    send(host, room, do="show", offer=room.room.offers[0].code)
    send(host, room, do="rehearse")

    answer = send(host, room, do="check", text="今早刚摘的草莓")

    assert "The records say otherwise" in answer.text
    assert "今早刚摘的草莓" in answer.text
    assert Kind.SAID not in {each.kind for each in room.studio.air.records(room.code)}


def test_a_point_that_the_records_do_not_bear_stays_off_and_the_page_says_why(room, host):
    offer = room.room.offers[0].code
    send(host, room, do="show", offer=offer)
    send(host, room, do="add-point", offer=offer, text="今早刚摘")
    number = room.room.current.points[-1].number

    answer = send(host, room, do="point", offer=offer, point=str(number), on="yes")

    assert answer.status_code == 422
    assert "This point stays off the overlay: The records say otherwise · " in answer.text
    assert room.room.desk.points == frozenset()


def test_the_report_of_a_rehearsal_is_given_once(room, host):
    send(host, room, do="show", offer=room.room.offers[0].code)
    send(host, room, do="rehearse")
    room.say("全网最低价")

    report = send(host, room, do="end-rehearsal")
    again = send(host, room, do="end-rehearsal")

    assert "全网最低价" in report.text
    assert (report.status_code, again.status_code, room.room.phase) == (200, 422, Phase.READY)


def test_signing_out_shuts_the_page(room, host):
    send(host, room, do="sign-out")

    assert host.get(room.url).status_code == 401


def test_a_party_makes_a_room_and_is_shown_its_key_once(room):
    url = f"{room.address}/live"
    with httpx.Client(trust_env=False) as party:
        party.post(f"{url}/sign-in", data={"token": "capture"})
        key = form_key(party, url)
        fields = {"form_key": key, "title": "<b>晚场</b>", "host": "小禾", "speaks": "en"}
        made = party.post(f"{url}/make", files={name: (None, text) for name, text in fields.items()})
        wrong = party.post(f"{url}/make", files={"form_key": (None, key), "title": (None, "x")})
        listed = party.get(url)

    [host_key] = set(re.findall(r"glive_[\w-]+", made.text))
    code = re.search(r"/live/(\w{6})/control", made.text)[1]
    room.studio.rooms.check_key(code, host_key)
    assert (wrong.status_code, room.studio.rooms.store.room(code).lang) == (422, "en")
    assert "glive_" not in listed.text
    assert "&lt;b&gt;晚场&lt;/b&gt;" in listed.text
