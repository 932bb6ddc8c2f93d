"""What became of a capture is told to whoever sent it, and kept for a month."""

from tests.api.capturing import GRANTS, a_document, bodies, job_of, post, refused
from tests.api.serving import PUBLIC_URL


def test_a_job_is_seen_by_its_submitter_and_the_administrator_alone(partner):
    posted = post(partner, a_document(*bodies(1)))
    path = posted.headers["location"].removeprefix("/epcis")

    seen = {name: partner.get(path, headers={"Authorization": f"Bearer {name}"}) for name in GRANTS}
    listed = {
        name: len(partner.get("/capture", headers={"Authorization": f"Bearer {name}"}).json())
        for name in ("capture", "another", "admin")
    }

    assert {name: answer.status_code for name, answer in seen.items()} == {
        "capture": 200,
        "another": 404,
        "admin": 200,
        "read": 403,
        "nobody": 403,
    }
    assert listed == {"capture": 1, "another": 0, "admin": 1}
    refused(partner.get("/capture/0"), 404, "NoSuchResourceException", "no capture job has the ID '0'")


def test_jobs_are_listed_newest_first_a_page_at_a_time(partner, holdings):
    ids = []
    for body in bodies(5):
        holdings.now_ms += 1
        ids.append(job_of(partner, post(partner, a_document(body)))["captureID"])

    pages, path = [], "/capture?perPage=2"
    while path:
        answer = partner.get(path)
        pages.append([each["captureID"] for each in answer.json()])
        link = answer.headers.get("link", "").removesuffix('>; rel="next"')
        path = link.removeprefix(f"<{PUBLIC_URL}/epcis")

    assert pages == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]]]
    refused(partner.get("/capture?GE_eventTime=1"), 400, "QueryParameterException", "GE_eventTime")


def test_jobs_are_forgotten_after_thirty_days_and_their_events_are_not(partner, holdings):
    first = post(partner, a_document(*bodies(1))).headers["location"].removeprefix("/epcis")
    holdings.now_ms += 30 * 86_400_000
    post(partner, a_document(bodies(2)[1]))
    assert partner.get(first).status_code == 200

    holdings.now_ms += 1
    post(partner, a_document(bodies(3)[2]))

    assert partner.get(first).status_code == 404
    assert len(holdings.kept()) == 3
