"""Digital Link URIs: what is read, refused and written."""

import json
from pathlib import Path

import pytest
from biip import EncodeError, ParseError
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import InvalidInput
from traceability.gs1 import digital_link
from traceability.gs1.keys import CSET82

VECTORS = Path(__file__).parent.parent / "vectors" / "gs1"
GTIN = "09520000042424"
ROOT = f"https://example.com/01/{GTIN}"


def cases(name):
    return [json.loads(line) for line in (VECTORS / name).read_text("utf-8").splitlines()]


def refusal(call, *args):
    """Return the reason for a refusal, None if there was none."""
    try:
        call(*args)
    except InvalidInput as reason:
        return str(reason)
    return None


def test_every_uri_vector_is_judged_as_the_gs1_engine_does():
    # One URI is not all that is on an item, so a missing partner AI is no reason to refuse it.
    judged = [case for case in cases("dl_parse.jsonl") if case["tier"] != "association"]

    wrong = [case for case in judged if (refusal(digital_link.parse, case["uri"]) is None) != case["valid"]]

    assert wrong == []


def test_every_valid_uri_vector_holds_the_same_elements_and_has_the_same_canonical_uri():
    for case in cases("dl_parse.jsonl"):
        if case["valid"]:
            link = digital_link.parse(case["uri"])
            assert [list(element) for element in link.elements] == case["elements"]
            assert list(link.key) == case["primary_key"]
            assert [list(element) for element in link.qualifiers] == case["key_qualifiers"]
            assert list(link.other_parameters) == [other for other in case["ignored_query"] if other]
            assert digital_link.canonical(link) == case["canonical_uri"]


def test_every_build_vector_agrees():
    for case in cases("dl_build.jsonl"):
        request = case["stem"], [tuple(pair) for pair in case["ais"]]
        if case["valid"]:
            assert digital_link.build(*request) == case["uri_sorted_query"]
        else:
            assert refusal(digital_link.build, *request), case


def test_biip_reads_the_same_elements_and_writes_the_same_canonical_uri():
    valid = [case for case in cases("dl_parse.jsonl") if case["valid"]]
    refused_by_biip = []
    for case in valid:
        link = digital_link.parse(case["uri"])
        try:
            theirs = GS1DigitalLinkURI.parse(case["uri"])
            canonical = theirs.as_canonical_uri()
        except (ParseError, EncodeError):
            refused_by_biip.append(case["uri"])
            continue
        assert [(element.ai.ai, element.value) for element in theirs.element_strings] == list(link.elements)
        assert canonical == digital_link.canonical(link)

    # biip 5.2 wants one primary key in the whole URI, stem and query included.
    assert len(refused_by_biip) == 4


VALUE = st.text(CSET82, min_size=1, max_size=20)
STEM = st.sampled_from([None, "https://example.com", "http://example.com:8080/a/b/", "https://[2001:db8::1]"])


@given(STEM, st.dictionaries(st.sampled_from(["10", "21", "22", "99", "240"]), VALUE))
def test_what_was_built_is_read_back(stem, values):
    elements = {"01": GTIN, **values}

    uri = digital_link.build(stem, elements.items())

    assert dict(digital_link.parse(uri).elements) == elements
    assert digital_link.canonical(uri) == digital_link.build(None, elements.items())


@given(st.dictionaries(st.sampled_from(["10", "21", "22", "99"]), VALUE))
def test_a_canonical_uri_is_its_own_canonical_uri(values):
    uri = digital_link.build(None, {"01": GTIN, **values}.items())

    assert digital_link.canonical(uri) == uri


@given(st.text() | st.text("/0123456789?&=%:.", max_size=60).map(lambda tail: f"https://a/01/{GTIN}{tail}"))
def test_any_text_is_read_or_refused_and_nothing_else(text):
    reason = refusal(digital_link.parse, text)

    assert reason is None or len(reason) < 400


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("", "is not http"),
        ("HtTps://example.com/01/" + GTIN, "is not http"),
        ("https://user@example.com/01/" + GTIN, "is not http"),
        ("https://example.com", "is not http"),
        (f"{ROOT}\n", r"has '\\n', which must be percent-encoded"),
        (f"https://example.com/{'a' * 9000}", "has 9020 characters, want at most 8192"),
        (f"{ROOT}/", "no pairs of AI and value"),
        (f"{ROOT}/10", "no pairs of AI and value"),
        ("https://example.com/gtin/" + GTIN, "no pairs of AI and value"),
        ("https://example.com/02/" + GTIN, "no pairs of AI and value"),
        (f"{ROOT}/10/", "AI \\(10\\) '' is empty"),
        (f"{ROOT}/21/S/10/L", r"\(01\)\(21\)\(10\) is not a key"),
        (f"{ROOT}/22/V/235/T", "is not a key"),
        (f"{ROOT}/99/A", "is not a key"),
        (f"{ROOT}?10=L", "belongs in the path"),
        (f"{ROOT}/10/A?10=B", "is there twice"),
        (f"{ROOT}?99=A&99=A", "is there twice"),
        (f"{ROOT}/235/T?21=S", r"AI \(21\) may not be in the query"),
        (f"{ROOT}?8200=x", "may not be in the query"),
        (f"{ROOT}?03={GTIN}", "may not be in the query"),
        (f"{ROOT}?999=A", "'999' is not an AI"),
        (f"{ROOT}?99=A+B", "has ' ' as character 2"),
        (f"{ROOT}/21/A%00", r"has '\\x00'"),
        ("https://example.com/415/9520000000226", "stands without 8020"),
    ],
)
def test_a_uri_against_the_rules_is_refused_with_its_reason(uri, reason):
    with pytest.raises(InvalidInput, match=reason):
        digital_link.parse(uri)


def test_a_missing_partner_ai_is_no_error_when_read_but_one_when_built():
    assert digital_link.parse(f"{ROOT}?427=SN").attributes == (("427", "SN"),)

    with pytest.raises(InvalidInput, match=r"AI \(427\) stands without 422"):
        digital_link.build(None, [("01", GTIN), ("427", "SN")])


def test_an_encoded_slash_stays_inside_its_value():
    link = digital_link.parse(f"{ROOT}/10/A%2FB")

    assert link.qualifiers == (("10", "A/B"),)
    assert digital_link.canonical(link).endswith("/10/A%2FB")


def test_plus_is_a_plus_in_the_path():
    assert digital_link.parse(f"{ROOT}/10/A+B").qualifiers == (("10", "A+B"),)


def test_the_rightmost_key_starts_the_gs1_part_and_the_rest_is_stem():
    link = digital_link.parse(f"https://example.com/01/{GTIN}/00/095200000000000776")

    assert link.key == ("00", "095200000000000776")
    assert link.stem == f"https://example.com/01/{GTIN}"


def test_a_lot_beside_a_third_party_extension_is_a_data_attribute():
    # With 235 in the path there is no place for 10 there.
    assert digital_link.parse(f"{ROOT}/235/T?10=L").attributes == (("10", "L"),)


@pytest.mark.parametrize(
    "stem", ["example.com", "https://example.com?a=b", "ftp://x", "https://x/#", "https://x/ "]
)
def test_a_stem_that_is_no_start_of_a_uri_is_refused(stem):
    with pytest.raises(InvalidInput, match="stem"):
        digital_link.build(stem, [("01", GTIN)])


def test_an_element_given_twice_is_written_once_but_two_values_are_refused():
    assert digital_link.build(None, [("01", GTIN), ("01", GTIN)]) == digital_link.product(GTIN)

    with pytest.raises(InvalidInput, match="is both"):
        digital_link.build(None, [("01", GTIN), ("10", "A"), ("10", "B")])


@pytest.mark.parametrize(
    ("uri", "canonical", "kind"),
    [
        (digital_link.product("9520000042424"), f"/01/{GTIN}", "product"),
        (digital_link.lot(GTIN, "L/1"), f"/01/{GTIN}/10/L%2F1", "lot"),
        (digital_link.item(GTIN, "S1"), f"/01/{GTIN}/21/S1", "item"),
        (digital_link.sscc("095200000000000776"), "/00/095200000000000776", "sscc"),
        (digital_link.party("9520000000080"), "/417/9520000000080", "party"),
        (digital_link.place("9520000000059"), "/414/9520000000059", "place"),
        (digital_link.place("9520000000059", "GATE"), "/414/9520000000059/254/GATE", "place"),
        (digital_link.device("9520001BIN-77"), "/8004/9520001BIN-77", "device"),
        ("https://x/8003/09520000000318CRATE7", "/8003/09520000000318CRATE7", "asset"),
        (f"https://x/01/{GTIN}/10/L/21/S", f"/01/{GTIN}/10/L/21/S", "item"),
        ("https://x/253/9520000000110", "/253/9520000000110", "other"),
    ],
)
def test_a_name_is_canonical_and_tells_what_it_names(uri, canonical, kind):
    assert digital_link.identity(uri) == "https://id.gs1.org" + canonical
    assert digital_link.kind(uri) == kind


def test_the_identity_leaves_out_what_is_only_said_about_the_thing():
    assert digital_link.identity(f"{ROOT}/10/L?17=260401") == digital_link.lot(GTIN, "L")
