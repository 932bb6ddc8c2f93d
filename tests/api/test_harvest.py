"""A harvest over HTTP: typed, looked over, recorded once; what is wrong is said beside its field."""

import re
from datetime import UTC, datetime, timedelta, timezone
from html import unescape
from types import SimpleNamespace
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from api.harvest_form import read_harvest
from api.words import languages
from tests.api.farming import FIELD, GTIN, OTHER_PARTY, PARTY, Farming, Phone
from tests.api.serving import served
from traceability.errors import InvalidInput
from traceability.farm.harvest import Harvest
from traceability.farm.known import Known, Plot, Product
from traceability.gs1 import digital_link

EVIL = "<script>alert(1)</script>"
KNOWN = Known((Product(GTIN, {}),), (Plot(FIELD, {"en": "Field 3"}),), {})
NOTHING = Known((), (), {})


@pytest.fixture
def farming(settings, store):
    farming = Farming(settings, store)
    farming.captured_harvest()
    return farming


@pytest.fixture
def phone(farming):
    with (
        served(farming.ledger, farm=farming.farm, public_url="http://farm.example") as address,
        Phone(address) as phone,
    ):
        phone.sign_in(farming.token())
        yield phone


def typed(farming, **changes):
    """What a farmer without scripts sends."""
    at = (farming.now + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")
    return {
        "form": str(uuid4()), "weight": "12.5", "unit": "kg", "product": GTIN, "gtin": "", "name": "",
        "plot": FIELD, "plot_code": "", "plot_name": "", "lot": "", "at": at, "offset": "", "photo": "",
    } | changes  # fmt: skip


def hidden(page):
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    return {name: unescape(value) for name, value in found}


def test_a_harvest_is_looked_over_and_recorded_and_its_lot_can_be_scanned(farming, phone):
    review = phone.submit("/farm/harvest", **typed(farming, photo="ab" * 32))
    answer = phone.post("/farm/harvest/record?lang=en", data=hidden(review))
    page = phone.get(answer.headers["location"])

    lot = f"FIELD-3-{farming.now.astimezone(timezone(timedelta(hours=8))):%y%m%d}"
    assert (review.status_code, answer.status_code, page.status_code) == (200, 303, 200)
    for said in (lot, "12.5 kg", "Field 3 · FIELD-3", "fingerprint abababababab…", "it can never be changed"):
        assert said in review.text
    for said in (f"Lot {lot}", "12.5 kg", "ab" * 32, f'href="/01/{GTIN}/10/{lot}?lang=en"', 'class="qr"'):
        assert said in page.text
    trace = phone.get(urlsplit(digital_link.lot(GTIN, lot)).path + "?lang=en").text
    assert "Entered by a person" in trace
    assert '<span class="tag">With the fingerprint of a photo</span>' in trace
    assert "ab" * 32 in trace


def test_a_plot_without_a_name_is_told_as_the_origin_by_its_number(farming, phone):
    fields = typed(farming, plot="other", plot_code="X-1", lot="X") | {"form_key": phone.form_key()}
    phone.post("/farm/harvest/record", data=fields)

    trace = phone.get(f"/01/{GTIN}/10/X?lang=en").text

    assert f"<p>Origin: GLN {PARTY} X-1 · says GLN {PARTY}</p>" in trace


def test_sent_twice_it_is_recorded_once(farming, phone):
    fields = typed(farming) | {"form_key": phone.form_key()}

    answers = [phone.post("/farm/harvest/record?lang=en", data=fields) for _ in range(2)]

    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(farming.store.events.harvests_of(PARTY, 9)) == 2  # and the one of before


def test_what_there_is_of_the_lot_already_is_said_before_it_is_recorded(farming, phone):
    fields = typed(farming) | {"form_key": phone.form_key()}
    phone.post("/farm/harvest/record", data=fields)

    again = phone.submit("/farm/harvest", **typed(farming, weight="3"))

    assert "Of this lot there is already:" in again.text
    assert "12.5 kg" in again.text


def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(farming, phone):
    wrong = typed(
        farming, weight="a lot", product="other", gtin="123", name="Figs", lot="A B", photo="cd" * 32
    )

    page = phone.submit("/farm/harvest", **wrong)

    assert page.status_code == 422
    assert "Nothing was recorded." in page.text
    for field in ("weight", "product", "lot"):
        assert f'id="{field}-error"' in page.text
    for kept in ("a lot", "123", "Figs", "A B", "cd" * 32, wrong["form"], wrong["at"]):
        assert f'value="{kept}"' in page.text
    assert '<option value="other" selected>' in page.text
    assert phone.post("/farm/harvest/record", data=hidden(page) | wrong).status_code == 422
    assert len(farming.store.events.harvests_of(PARTY, 9)) == 1


def test_who_changes_something_finds_all_of_it_again(farming, phone):
    review = phone.submit(
        "/farm/harvest", **typed(farming, product="other", gtin="9521234000013", name="Figs")
    )

    page = phone.submit("/farm/harvest", **hidden(review), change="1")

    assert page.status_code == 200
    assert '<option value="09521234000013" selected>' in page.text
    assert 'value="12.5"' in page.text
    assert 'value="Figs"' in page.text


def test_a_harvest_can_be_declared_wrong_and_says_so_everywhere(farming, phone):
    fields = typed(farming, lot="WRONG-1") | {"form_key": phone.form_key()}
    where = urlsplit(phone.post("/farm/harvest/record", data=fields).headers["location"]).path

    because = phone.submit(f"{where}/wrong", reason="because")
    answer = phone.submit(f"{where}/wrong", reason="incorrect_data")

    assert because.status_code == 400
    assert answer.status_code == 303
    assert "Declared wrong" in phone.get(answer.headers["location"]).text
    assert "declared wrong" in phone.get("/farm?lang=en").text
    assert "Declared wrong by whoever recorded it" in phone.get(f"/01/{GTIN}/10/WRONG-1?lang=en").text


def test_names_that_were_typed_are_text(farming, phone):
    fields = typed(farming, product="other", gtin="9521234000013", name=EVIL, plot="other", plot_name=EVIL)

    review = phone.submit("/farm/harvest", **fields | {"plot_code": "X-1"})
    page = phone.get(phone.post("/farm/harvest/record", data=hidden(review)).headers["location"])

    for answer in (review, page, phone.get("/farm/harvest"), phone.get("/farm")):
        assert EVIL not in answer.text
    assert "&lt;script&gt;" in review.text


EN = languages()["en"]
NOON = SimpleNamespace(now=datetime(2026, 11, 22, 4, 0, tzinfo=UTC))


def read(known=KNOWN, **changes):
    return read_harvest(typed(NOON, **changes), known, PARTY, NOON.now, EN)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"weight": "250", "unit": "jin"}, {"kilograms": 125.0}),
        ({"weight": "1.2", "unit": "t"}, {"kilograms": 1200.0}),
        ({"weight": " １２．５ "}, {"kilograms": 12.5}),
        ({"weight": "0.001"}, {"kilograms": 0.001}),
        ({"lot": " F3-a_1 "}, {"lot": "F3-a_1"}),
        ({"lot": "Ｆ３"}, {"lot": "F3"}),
        ({"photo": "ab" * 32}, {"photo": "ab" * 32}),
        ({"product": "other", "gtin": " 9521234 000020 "}, {"product": KNOWN.products[0]}),
        ({"gtin": "9521234000013"}, {"product": Product("09521234000013", {})}),
        ({"plot_code": "X-1"}, {"plot": Plot(digital_link.place(PARTY, "X-1"), {})}),
        (
            {"product": "other", "gtin": "9521234000013", "name": "Figs"},
            {"product": Product("09521234000013", {"guoji:name": {"guoji:en": "Figs"}})},
        ),
        ({"plot": "other", "plot_code": "X-1"}, {"plot": Plot(digital_link.place(PARTY, "X-1"), {})}),
        ({"plot": digital_link.place(PARTY)}, {"plot": Plot(digital_link.place(PARTY), {})}),
    ],
)
def test_what_is_typed_is_understood(changes, wanted):
    harvest = read(**changes)

    assert isinstance(harvest, Harvest), harvest
    assert {name: getattr(harvest, name) for name in wanted} == wanted


@pytest.mark.parametrize("offset", [-720, -210, 0, 345, 840])
def test_a_phone_elsewhere_tells_its_own_time(offset):
    zone = timezone(timedelta(minutes=offset))
    here = NOON.now.astimezone(zone)

    harvest = read(at=here.strftime("%Y-%m-%dT%H:%M"), offset=str(offset))

    assert harvest.at == here.replace(second=0)
    assert harvest.at.utcoffset() == timedelta(minutes=offset)


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        *[
            ({"weight": weight}, "weight", "such as 12.5")
            for weight in ("", "1,200", "1.2345", "-1", "1e3", "nan", "٣")
        ],
        ({"weight": "0"}, "weight", "more than nothing"),
        ({"weight": "1001", "unit": "t"}, "weight", "at most 1,000,000 kg"),
        ({"product": "other"}, "product", "GTIN"),
        ({"product": "other", "gtin": "9521234000021"}, "product", "last digit"),
        ({"product": "other", "gtin": "9521234000013", "name": "x" * 61}, "product", "at most 60"),
        ({"product": "other", "gtin": "9521234000013", "name": "ask 13812345678"}, "product", "for ever"),
        ({"plot": "other"}, "plot", "FIELD-3"),
        ({"plot": "other", "plot_code": "a/b"}, "plot", "FIELD-3"),
        ({"plot": "other", "plot_code": "A", "plot_name": "李 13812345678"}, "plot", "for ever"),
        ({"lot": "A B"}, "lot", "20 letters"),
        ({"lot": "x" * 21}, "lot", "20 letters"),
        ({"lot": "批次"}, "lot", "20 letters"),
        ({"at": ""}, "at", "a day and a time"),
        ({"at": "yesterday"}, "at", "a day and a time"),
        ({"at": "9999-12-31T23:59"}, "at", "in the future: it is"),
        ({"at": "2020-01-01T00:00"}, "at", "more than a year ago"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(changes, field, said):
    errors = read(**changes)

    assert not isinstance(errors, Harvest)
    assert list(errors) == [field]
    assert said in errors[field]


def test_a_minute_ahead_is_the_future():
    zone = timezone(timedelta(hours=8))
    ahead, now = (NOON.now.astimezone(zone) + timedelta(minutes=minutes) for minutes in (1, 0))

    assert "in the future" in read(at=ahead.strftime("%Y-%m-%dT%H:%M"))["at"]
    assert isinstance(read(at=now.strftime("%Y-%m-%dT%H:%M")), Harvest)


def test_everything_that_is_wrong_is_said_at_once():
    errors = read(known=NOTHING, weight="", product="other", plot="other", at="", lot="?")

    assert set(errors) == {"weight", "product", "plot", "at", "lot"}


@pytest.mark.parametrize(
    "changes",
    [
        {"form": ""},
        {"form": "1"},
        {"photo": "photo.jpg"},
        {"unit": "stone"},
        {"offset": "100000"},
        {"plot": "javascript:alert(1)"},
        {"plot": digital_link.lot(GTIN, "A")},
        {"plot": digital_link.place(OTHER_PARTY, "FIELD-9")},
    ],
)
def test_what_no_form_of_ours_sends_is_refused(changes):
    with pytest.raises(InvalidInput):
        read(**changes)
