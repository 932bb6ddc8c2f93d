"""The farmer's page over HTTP: who is let in, what each sees, and that no stranger's form counts."""

import re
import subprocess
from pathlib import Path

import httpx
import pytest

from api.farm_session import COOKIE, LARGEST_FORM
from tests.api.farming import OTHER_PARTY, PARTY, Farming, Phone, a_full_farm
from tests.api.serving import SampleLedger, served

PROJECT = Path(__file__).parents[2]
MOST_BYTES = 16 * 1024
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202e{0}%s"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def farming(settings, store):
    return Farming(settings, store)


@pytest.fixture
def address(farming):
    with served(farming.ledger, farm=farming.farm, public_url="http://farm.example") as address:
        yield address


@pytest.fixture
def phone(farming, address):
    with Phone(address) as phone:
        phone.sign_in(farming.token())
        yield phone


def test_a_key_signs_in_by_a_cookie_that_no_script_and_no_other_site_gets(farming, address):
    token = farming.token()
    with served(farming.ledger, farm=farming.farm) as encrypted, Phone(encrypted) as phone:
        assert "Secure" in phone.sign_in(token).headers["set-cookie"]
    with Phone(address) as phone:
        answer = phone.sign_in(token)

    cookie = answer.headers["set-cookie"]
    assert (answer.status_code, answer.headers["location"]) == (303, "/farm?lang=en")
    assert {"HttpOnly", "SameSite=strict", "Path=/farm", "Max-Age=2592000"} < set(cookie.split("; "))
    assert "Secure" not in cookie
    assert answer.headers["cache-control"] == "no-store"


PAGES = ["/farm", "/farm/devices/cold-1", "/farm/harvest", f"/farm/harvest/{'ab' * 32}"]
FORMS = [
    "/farm/sign-out",
    "/farm/alerts/1",
    "/farm/harvest",
    "/farm/harvest/record",
    f"/farm/harvest/{'ab' * 32}/wrong",
]


@pytest.mark.parametrize("key", [None, "forged", "capture", "admin", "read", "revoked"])
def test_nobody_else_gets_past_the_form_for_signing_in(farming, address, key):
    token = farming.token(role=key) if key in ("capture", "admin", "read") else key
    if key == "revoked":
        token = farming.token(name="lost")
        farming.store.tokens.revoke("lost", 5)
    with Phone(address) as phone:
        if token is not None:
            phone.cookies.set(COOKIE.name, token, path="/farm")
        answers = [phone.get(path) for path in PAGES]
        answers += [phone.post(path, data={"form_key": "x"}) for path in FORMS]
        answers.append(phone.post("/farm/sign-in", data={"token": token or ""}))

    for answer in answers:
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert 'action="/farm/sign-in' in answer.text
        assert "cold-1" not in answer.text


def test_a_farm_token_opens_nothing_but_its_page(farming, address):
    headers = {"Authorization": f"Bearer {farming.token()}", "Content-Type": "application/json"}

    answer = httpx.post(f"{address}/capture", content=b"{}", headers=headers, trust_env=False)

    assert answer.status_code == 403
    assert "has role farm" in answer.json()["detail"]


def test_who_signs_out_is_out(phone):
    answer = phone.submit("/farm/sign-out")

    assert answer.status_code == 303
    assert phone.get("/farm").status_code == 401


def test_a_key_that_is_revoked_closes_the_page_at_once(farming, phone):
    assert phone.get("/farm").status_code == 200

    farming.store.tokens.revoke("Li's phone", 5)

    answer = phone.get("/farm?lang=en")
    assert answer.status_code == 401
    assert "does not open this page" in answer.text
    assert phone.get("/farm").status_code == 401


def test_a_form_that_does_not_come_from_this_sign_in_is_refused(phone):
    for path in FORMS:
        for key in ("", "0" * 32, "ü"):
            answer = phone.post(path, data={"form_key": key})

            assert answer.status_code == 403
            assert "before you signed in anew" in answer.text


def test_a_form_on_another_site_is_refused_whatever_it_knows(farming, phone):
    fields = {"form_key": phone.form_key(), "token": farming.token(name="another")}

    for path in ("/farm/sign-in", *FORMS):
        for site in ("cross-site", "same-site"):
            assert phone.post(path, data=fields, headers={"Sec-Fetch-Site": site}).status_code == 403


NOT_FROM_A_BROWSER = [
    (b"token=" + b"x" * LARGEST_FORM, FORM, 413),
    (b"&".join(b"a%d=1" % number for number in range(41)), FORM, 400),
    (b"token=%ff", FORM, 400),
    ("token=草莓".encode(), FORM, 400),
    (b'{"token": 1}', {"content-type": "application/json"}, 415),
    (b"token=x", {}, 415),
]


def test_a_link_moves_nobody_to_another_farm_unasked(farming, phone):
    other = farming.token(OTHER_PARTY, name="Wang's phone")

    asked = phone.sign_in(other)
    stayed = phone.get("/farm").text
    moved = phone.submit("/farm/sign-in", token=other)

    assert (asked.status_code, "set-cookie" in asked.headers) == (200, False)
    assert f"GLN {PARTY}" in asked.text
    assert f"GLN {OTHER_PARTY}" in asked.text
    assert PARTY in stayed
    assert moved.status_code == 303
    assert OTHER_PARTY in phone.get("/farm").text


def test_what_no_browser_sends_is_refused(address):
    with Phone(address) as phone:
        for content, headers, status in NOT_FROM_A_BROWSER:
            assert phone.post("/farm/sign-in", content=content, headers=headers).status_code == status


def test_another_farms_devices_and_alerts_are_not_there(farming, address, phone):
    a_full_farm(farming)
    other = farming.token(OTHER_PARTY, name="Wang's phone")
    with Phone(address) as stranger:
        stranger.sign_in(other)
        page = stranger.get("/farm?lang=en")
        device = stranger.get("/farm/devices/cold-1?lang=en")
        said = stranger.submit("/farm/alerts/2", comment="mine")
        harvest = stranger.get(f"/farm/harvest/{farming.captured_harvest('OTHER')}")

    assert page.status_code == 200
    assert "No device of this farm is registered yet" in page.text
    assert OTHER_PARTY in page.text
    assert "Cold store" not in page.text
    assert (device.status_code, said.status_code, harvest.status_code) == (404, 404, 404)
    assert farming.store.alerts.with_number(2).acknowledged is None


def test_the_worst_stands_first_and_each_device_says_in_plain_words_what_is_wrong(farming, phone):
    a_full_farm(farming)

    text = re.sub(r"<[^>]+>|\s+", " ", phone.get("/farm?lang=en").text)

    order = [
        "1 device needs you now",
        "Cold store 1",
        "Soil probe in field 3",
        "Soil probe in field 4",
        "Logger of",
    ]
    places = [text.index(each) for each in order]
    assert places == sorted(places)
    for said in (
        "Nothing for 2 h 20 min. Check its power and its signal.",
        "Has never sent anything.",
        "It sends, but 3 readings are missing.",
        "They came without a signature, and this device has to sign.",
        "Values that cannot be",
        "It sends as usual.",
        "Battery 31 %",
        "Air temperature, at worst 7.8 °C",
        "Allowed: 0 °C to 4 °C.",
        "it is right again",
    ):
        assert said in re.sub(r" +", " ", text), said


def test_the_page_speaks_chinese(farming, phone):
    a_full_farm(farming)

    text = phone.get("/farm?lang=zh").text

    assert "一号冷库" in text
    assert "请检查电源和信号" in text
    assert '<html lang="zh-CN"' in text


def test_an_alert_is_acknowledged_by_one_tap_or_in_ones_own_words(farming, phone):
    a_full_farm(farming)

    nothing = phone.submit("/farm/alerts/2", comment="  ")
    answer = phone.submit("/farm/alerts/2", quick="on-my-way")
    again = phone.submit("/farm/alerts/2", comment="again")

    assert nothing.status_code == 400
    assert (answer.status_code, answer.headers["location"]) == (303, "/farm?lang=en")
    assert again.status_code == 303
    said = farming.store.alerts.with_number(2).acknowledged
    assert (said.by, said.comment) == ("Li's phone", "I am on my way")
    page = phone.get("/farm?lang=en").text
    assert "Li&#39;s phone" in page
    assert "An alert is open, and somebody looks after it." in page
    assert "1 device is silent" in page


def test_an_alert_that_is_not_there_is_not_acknowledged(farming, phone):
    farming.has("cold-1")

    for number in ("99", "x", "1e3", "-1", "9" * 30):
        assert phone.submit(f"/farm/alerts/{number}", comment="x").status_code in (400, 404)


def test_a_devices_page_draws_its_last_day(farming, phone):
    a_full_farm(farming)

    page = phone.get("/farm/devices/station-3?lang=en")

    assert page.status_code == 200
    assert page.text.count('class="chart field"') == 3
    assert "It measured nothing in this time." in phone.get("/farm/devices/soil-4?lang=en").text


def test_a_device_that_is_not_there_is_told_in_the_words_of_the_farm(phone):
    answer = phone.get("/farm/devices/no<b>pe?lang=zh")

    assert answer.status_code == 404
    assert "农场里没有名为 no&lt;b&gt;pe 的设备。" in answer.text
    assert 'class="farm"' in answer.text


def test_an_impossible_reading_is_named_and_sets_no_range(farming, phone):
    farming.has("soil-3")
    farming.sends("soil-3", until_min=3, air_temperature=1.8)
    farming.send("soil-3", 2, air_temperature=-999.0)

    page = phone.get("/farm/devices/soil-3?lang=en").text

    assert "1 impossible reading<" in page
    assert "-999 °C: left out of the drawing" in page
    assert "1.8–1.8 °C" in page


def test_text_from_outside_is_text(farming, phone):
    farming.has("cold-1", zh=EVIL, en=EVIL)
    farming.send("cold-1", 1, air_temperature=9.0)
    farming.watch()
    farming.puts_aside("cold-1", EVIL)
    phone.submit("/farm/alerts/1", comment=EVIL.replace("\u202e", ""))
    farming.captured_harvest(
        readPoint={"id": "https://id.gs1.org/414/9521234000013", "guoji:name": EVIL},
        ilmd={"guoji:name": EVIL},
        **{"guoji:party": {"guoji:name": EVIL}},
    )

    for path in ("/farm", "/farm/devices/cold-1", "/farm/harvest"):
        text = phone.get(f"{path}?lang=en").text
        assert "&lt;script&gt;alert(1)" in text
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "\u202e" not in text


def test_without_a_farm_there_is_no_such_page():
    with served(SampleLedger()) as address:
        assert httpx.get(f"{address}/farm", trust_env=False).status_code == 404


def test_the_pages_keep_to_their_own_style_and_script(phone):
    answer = phone.get("/farm")
    policy = answer.headers["content-security-policy"]

    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert re.findall(r"<script[^>]*>", answer.text) == ['<script src="/static/farm.js" defer>']


def test_a_page_of_thirty_devices_is_small(farming, phone):
    for number in range(30):
        farming.has(f"station-{number}", f"{number}号地气象站", f"Station in field {number}")
        farming.send(f"station-{number}", number + 1, air_temperature=20 + number / 7, battery=80.0 - number)
        farming.send(
            f"station-{number}", number, numbers=3, air_temperature=20 + number / 7, battery=80.0 - number
        )
    farming.seal()

    page = phone.get("/farm?lang=zh").content

    script = "console.log(require('zlib').brotliCompressSync(require('fs').readFileSync(0)).length)"
    done = subprocess.run(
        ["scripts/node", "-e", script], cwd=PROJECT, input=page, capture_output=True, check=True
    )
    assert page.count(b'class="card device"') == 30
    assert int(done.stdout) < MOST_BYTES
