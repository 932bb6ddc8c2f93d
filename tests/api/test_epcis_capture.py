"""Capture as the standard has it: all of a document or none, or its sound events."""

import json

import pytest

from api.deps import LARGEST_BODY
from api.routes import epcis_capture
from tests.api.capturing import a_document, bodies, job_of, post, refused
from tests.api.official import headers
from tests.builders import CONTEXT
from traceability.epcis.parse import MAX_BYTES
from traceability.ledger.capture_jobs import MOST_EVENTS


def test_the_answers_have_the_headers_of_the_standard(partner):
    posted = post(partner, a_document(*bodies(1)))
    alone = post(partner, {"@context": CONTEXT, **bodies(2)[1]}, path="/events")
    path = posted.headers["location"].removeprefix("/epcis")

    answers = {
        ("/capture", "options", "204"): partner.options("/capture"),
        ("/capture", "post", "202"): posted,
        ("/capture/{captureID}", "options", "204"): partner.options(path),
        ("/capture/{captureID}", "get", "200"): partner.get(path),
        ("/events", "post", "201"): alone,
    }
    for (place, method, status), answer in answers.items():
        assert answer.status_code == int(status)
        assert headers(place, method, status) <= set(answer.headers)


def test_a_document_is_captured_and_its_job_says_so(partner, holdings):
    answer = post(partner, a_document(*bodies(3)))

    job = job_of(partner, answer)
    assert answer.headers["gs1-epcis-capture-limit"] == str(MOST_EVENTS)
    assert answer.headers["gs1-epcis-capture-file-size-limit"] == str(MAX_BYTES)
    assert job == {
        "captureID": answer.headers["location"].rpartition("/")[2],
        "createdAt": "2026-09-21T14:13:20.000+00:00",
        "finishedAt": "2026-09-21T14:13:20.000+00:00",
        "running": False,
        "success": True,
        "captureErrorBehaviour": "rollback",
        "errors": [],
    }
    assert holdings.kept() == bodies(3)


def test_a_refusal_names_each_of_ten_faults_in_full_however_long_what_was_found_is(partner):
    wrong = [each | {"bizStep": "x" * 5_000} for each in bodies(5)]

    answer = post(partner, a_document(*wrong))

    detail = answer.json()["detail"]
    for number in range(5):
        assert f"/epcisBody/eventList/{number}/bizStep: found" in detail
    assert detail.count(", want a CBV business step or a URI of your own") == 5
    assert "…" not in detail


def test_one_wrong_event_keeps_the_whole_document_out_unless_the_sender_says_proceed(partner, holdings):
    wrong = bodies(3)[1] | {"action": "CREATE"}
    document = a_document(bodies(1)[0], wrong, bodies(3)[2])

    refused(post(partner, document), 400, "ValidationException", "/epcisBody/eventList/1/action")
    assert holdings.kept() == []
    assert partner.get("/capture").json() == []

    job = job_of(partner, post(partner, document, "proceed"))
    assert (job["running"], job["success"], job["captureErrorBehaviour"]) == (False, False, "proceed")
    [error] = job["errors"]
    assert error["type"] == "epcisException:ValidationException"
    assert error["detail"].startswith("/epcisBody/eventList/1/action: found")
    assert holdings.kept() == [bodies(1)[0], bodies(3)[2]]


def test_an_event_that_claims_what_only_this_system_may_is_wrong_at_its_place(partner, holdings):
    claim = bodies(1)[0] | {"guoji:batchRoot": "ab" * 32}

    job = job_of(partner, post(partner, a_document(bodies(2)[1], claim), "proceed"))

    assert job["errors"][0]["detail"].startswith("/epcisBody/eventList/1/guoji:batchRoot: only this system")
    assert holdings.kept() == [bodies(2)[1]]


def test_a_document_without_a_sound_event_is_a_job_that_kept_nothing(partner, holdings):
    job = job_of(partner, post(partner, a_document(5), "proceed"))

    assert not job["success"]
    assert holdings.kept() == []
    assert job_of(partner, post(partner, a_document()))["success"]


@pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
def test_a_document_that_is_sent_again_succeeds_and_is_kept_once(partner, holdings, behaviour):
    for _ in range(2):
        assert job_of(partner, post(partner, a_document(*bodies(2)), behaviour))["success"]

    assert holdings.kept() == bodies(2)


@pytest.mark.parametrize("path", ["/capture", "/events"])
@pytest.mark.parametrize(
    ("given", "status", "kind"),
    [
        ({"Authorization": "Bearer forged"}, 401, "SecurityException"),
        ({"Authorization": "Bearer read"}, 403, "SecurityException"),
        ({"Authorization": "Bearer nobody"}, 403, "SecurityException"),
        ({"Content-Type": "application/xml"}, 415, "UnsupportedMediaTypeException"),
    ],
)
def test_what_may_not_be_captured_is_refused_with_its_reason(partner, holdings, path, given, status, kind):
    content = a_document(*bodies(1)) if path == "/capture" else bodies(1)[0] | {"@context": CONTEXT}

    refused(post(partner, content, path=path, **given), status, kind)
    assert holdings.kept() == []


def test_xml_is_refused_with_what_is_read_here(partner):
    for media in ("application/xml", "text/xml; charset=utf-8", "application/epcis+xml"):
        answer = post(partner, b"<epcis/>", **{"Content-Type": media})

        refused(answer, 415, "UnsupportedMediaTypeException", "EPCIS XML is not read here, send the same")


def test_an_unknown_way_to_treat_errors_is_refused(partner):
    answer = post(partner, a_document(*bodies(1)), "retry")

    refused(answer, 400, "ValidationException", "is 'retry', want rollback or proceed")


def test_more_events_than_the_limit_are_refused_before_they_are_judged(partner, holdings):
    answer = post(partner, a_document(*[5] * (MOST_EVENTS + 1)))

    assert answer.headers["gs1-epcis-capture-limit"] == str(MOST_EVENTS)
    refused(answer, 413, "CaptureLimitExceededException", "found 100001 events, want at most 100000")


def test_a_body_beyond_the_size_limit_is_refused(partner, monkeypatch):
    monkeypatch.setattr(epcis_capture, "MAX_BYTES", 1_000)

    answer = post(partner, b" " * 1_001)

    refused(answer, 413, "CaptureLimitExceededException", "longer than 1000 bytes")
    assert answer.headers["gs1-epcis-capture-file-size-limit"] == str(MAX_BYTES)


def test_one_event_beyond_its_own_size_limit_is_refused(partner):
    answer = post(partner, b" " * (LARGEST_BODY + 1), path="/events")

    refused(answer, 413, "CaptureLimitExceededException", f"longer than {LARGEST_BODY} bytes")
    assert answer.headers["gs1-epcis-capture-file-size-limit"] == str(LARGEST_BODY)
    assert answer.headers["gs1-epcis-capture-limit"] == "1"


def test_of_large_documents_one_at_a_time_is_captured(partner):
    large = json.dumps(a_document(*bodies(1))).encode() + b" " * LARGEST_BODY
    with epcis_capture._LARGE_ONE:
        refused(post(partner, large), 503, "ImplementationException", "another large document")
        assert post(partner, a_document(*bodies(2))).status_code == 202

    assert post(partner, large).status_code == 202
