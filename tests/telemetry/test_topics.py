import pytest

from traceability.telemetry import topics


@pytest.mark.parametrize(
    ("topic", "alias"),
    [
        ("guoji/v1/cold-7/readings", "cold-7"),
        ("guoji/v1/cold-7/anything/else", "cold-7"),
        ("guoji/v1/cold-7", "cold-7"),
        ("guoji/v1/cold 7/readings", None),
        ("guoji/v1/", None),
        ("cold-7", None),
        ("guoji/v2/cold-7/readings", None),
    ],
)
def test_a_topic_names_its_device(topic, alias):
    assert topics.alias_in(topic) == alias


def test_what_a_device_is_answered_on_is_its_own():
    assert (
        topics.alias_in(topics.receipts("cold-7")) == topics.alias_in(topics.readings("cold-7")) == "cold-7"
    )
