"""What a page writes of a record is what the phone's check writes of it, whatever stands in the event."""

import random

from api.present.measures import UNITS
from api.present.places import place_name
from api.present.said import said_of
from api.present.step_names import DISPOSITIONS, STEPS, step_name
from api.words import languages
from scripts.make_check_called import MODULE, module
from tests.api.samples import a_traced_event
from tests.browser.running import in_node
from traceability.epcis.event import Event

CONTEXT = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"ex": "https://ns.example/", "guoji": "https://guoji.example/epcis/"},
]
TEXTS = (
    "演示园 Farm",
    "  a\u00a0b\t c ",
    "x" * 200,
    "y" * 201,
    "🍓" * 150,
    "\u202eabc",
    "\x00\x1f",
    "a\ufeffb",
    "\ufeff",
    "\u200d",
    "\U0001fae8 new",
    "",
    "\u2028z",
    "\u0378",
    "<b>&amp;</b>",
    "constructor",
    "__proto__",
    "é\u0301",
)
NUMBERS = (
    31.5,
    0,
    1,
    2,
    2.5,
    3.5,
    0.125,
    0.375,
    0.625,
    1.005,
    2.675,
    0.005,
    -0.001,
    -1234567.891,
    1e15,
    1.125e15,
    1.135e15,
    1e20,
    123456789012345678,
    999999999999999.9,
    348665219386128.62,
    1e-7,
    5e-324,
    1.7e308,
)
STEPS_STATED = (
    *STEPS,
    "https://ref.gs1.org/cbv/BizStep-shipping",
    "urn:epcglobal:cbv:bizstep:packing",
    "cbv:BizStep-loading",
    "ex:foo",
    "https://ns.example/x",
    "urn:epcglobal:cbv:bizstep:装车",
    "gs1:shipping",
    "toString",
    "x:y:z",
    None,
)
DISPOSITIONS_STATED = (*DISPOSITIONS, "in_transit", "urn:epcglobal:cbv:disp:recalled", "toString", None)
PLACES = (
    "https://id.gs1.org/414/9521234000013",
    "https://id.gs1.org/414/9521234000013/254/A b",
    "geo:1,2",
    "https://x/254/y",
)


def an_event(choose):
    one = choose.choice
    name = one(
        (
            {"guoji:zh": one(TEXTS), "guoji:en": one(TEXTS)},
            {"guoji:en": one(TEXTS)},
            one(TEXTS),
            {"guoji:zh": 5},
            None,
        )
    )
    amount = {"quantity": one((*NUMBERS, choose.uniform(-1e6, 1e6), choose.randrange(10**6) / 8))}
    body = {
        "type": one(("ObjectEvent", "TransformationEvent", "AggregationEvent")),
        "action": one(("ADD", "OBSERVE")),
        "eventTime": "2026-11-18T08:00:00.000Z",
        "bizStep": one(STEPS_STATED),
        "disposition": one(DISPOSITIONS_STATED),
        "readPoint": one(({"id": one((*PLACES, *TEXTS)), "guoji:name": name}, {"guoji:name": name}, None)),
        "bizLocation": one(({"id": one(PLACES)}, None)),
        one(("quantityList", "outputQuantityList")): [
            amount | {"uom": one((*UNITS, "H87", "EA", "XYZ", "toString"))},
            amount,
        ],
        one(("childEPCs", "epcList")): ["urn:x"] * one((0, 1, 2, 1234)),
        "guoji:readingCount": one((0, 1, 1234, None)),
        "guoji:device": one(TEXTS),
    }
    return {field: value for field, value in body.items() if value is not None}


def test_each_text_of_a_page_is_what_the_check_writes():
    jobs = []
    for seed in range(150):
        body = an_event(random.Random(seed))
        traced = a_traced_event(body, event=Event(body, CONTEXT))
        for lang, words in languages().items():
            texts = {
                "title": step_name(traced.event, words),
                "place": place_name(traced.event, words) or "",
                "said": said_of(traced, bool(seed % 2), words),
            }
            jobs.append({"record": {"event": body, "context": CONTEXT}, "lang": lang, "texts": texts})

    found = in_node("unlike", jobs)

    assert [job for job, unlike in zip(jobs, found, strict=True) if unlike] == []


def test_the_check_calls_things_as_the_pages_do():
    assert MODULE.read_text("utf-8") == module()
