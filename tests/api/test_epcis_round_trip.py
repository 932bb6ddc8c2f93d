"""What was captured over HTTP is given back over HTTP: the same event, wherever it is looked for."""

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.api.capturing import a_capture_ledger, a_document, job_of, partner_of, post
from tests.api.examples import alone, each_once, example_events
from traceability.epcis.document import read_document
from traceability.epcis.event import Event

names = st.from_regex(r"x:[a-z]{1,8}", fullmatch=True)
values = st.recursive(
    st.text(st.characters(exclude_categories=["Cs", "Nd"]), max_size=20)
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def partner(tmp_path_factory):
    with a_capture_ledger(tmp_path_factory.mktemp("store")) as ledger, partner_of(ledger) as partner:
        yield partner


def sent_alone(partner, event):
    """Where the event is, after it was sent by itself."""
    answer = post(partner, alone(event.body, event.context), path="/events")
    assert answer.status_code in (201, 409), answer.text
    return answer.headers["location"].removeprefix("/epcis")


def sent_in_a_document(partner, event):
    body = {name: value for name, value in event.body.items() if name != "@context"}
    assert job_of(partner, post(partner, a_document(body, **{"@context": each_once(event.context)})))[
        "success"
    ]
    return f"/events/{quote(event.body.get('eventID') or event.hash().uri, safe='')}"


def given_back(answer):
    """The events of an answer, as whoever asks reads them."""
    assert answer.status_code == 200, answer.text
    return [said(each) for each in read_document(answer.content)]


def said(event):
    """What its sender said, and its hash: its names mean the same, however an answer spells its context."""
    own = {name: value for name, value in event.body.items() if name not in ("recordTime", "@context")}
    return own, event.hash().uri


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
@given(
    st.sampled_from(example_events()),
    st.dictionaries(names, values, max_size=4),
    st.sampled_from([sent_alone, sent_in_a_document]),
)
def test_what_was_captured_is_given_back_the_same(partner, example, extensions, send):
    context = [*example.context, {"x": "https://x.example/"}] if extensions else example.context
    event = Event({**example.body, **extensions}, context)

    place = send(partner, event)

    assert said(event) in given_back(partner.get(place))


def test_every_example_is_given_back_page_by_page(partner):
    for event in example_events():
        sent_alone(partner, event)

    path, found = "/events?perPage=50", []
    while path:
        answer = partner.get(path)
        found += given_back(answer)
        path = answer.links["next"]["url"].partition("/epcis")[2] if "next" in answer.links else None

    assert [each for each in example_events() if said(each) not in found] == []
