"""Events of different documents share one @context, and each still means what it meant."""

from tests.builders import CONTEXT, a_harvest
from traceability.epcis.context import effective_context
from traceability.epcis.event import Event
from traceability.epcis.shared_context import in_shared_context
from traceability.epcis.vocabulary import STANDARD_CONTEXT

OWN = {"partner": "https://partner.example/"}
BODY = a_harvest().body


def effective(*events):
    bodies, shared = in_shared_context(events)
    return [effective_context({"@context": shared}, body) for body in bodies]


def test_one_context_of_all_stands_once_and_no_body_changes():
    events = [Event(BODY, CONTEXT), Event(BODY, CONTEXT)]

    assert in_shared_context(events) == ([BODY, BODY], CONTEXT)


def test_what_one_event_has_beyond_the_others_stands_in_itself():
    one, other = Event(BODY, CONTEXT), Event(BODY, [*CONTEXT, OWN])

    assert in_shared_context([one, other]) == ([BODY, {**BODY, "@context": [OWN]}], CONTEXT)


def test_every_event_keeps_its_effective_context():
    brought = Event({**BODY, "@context": OWN}, [*CONTEXT, OWN])

    assert effective(Event(BODY, CONTEXT), brought) == [CONTEXT, [*CONTEXT, OWN]]


def test_an_event_that_came_alone_is_put_under_the_standard_context():
    alone = Event({**BODY, "@context": CONTEXT}, CONTEXT)

    assert in_shared_context([alone]) == ([alone.body], [STANDARD_CONTEXT])


def test_no_events_have_the_standard_context():
    assert in_shared_context([]) == ([], [STANDARD_CONTEXT])
