"""Whatever is said and whatever a trace holds: an answer or a refusal, never a crash."""

import copy
import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from traceability.claims.check import check
from traceability.claims.read_facts import now_in, read_facts
from traceability.errors import InvalidInput

TRACES = [
    json.loads(file.read_text("utf-8")) for file in sorted((Path(__file__).parent / "traces").glob("*.json"))
]
FACTS = [read_facts(trace) for trace in TRACES]
PIECES = [
    "今早",
    "摘",
    "刚",
    "不",
    "没有",
    "糖度",
    "12",
    "度",
    "以上",
    "全程",
    "冷链",
    "℃",
    "最",
    "第一",
    "有机",
    "证书",
    "到期",
    "2026-",
    "99月",
    "年",
    "前",
    "斤",
    ",",
    "。",
    "?",
    "1e9",
    "-",
    "万",
    "零",
    "半",
    "\x00",
    "\ud7ff",
    "picked",
    "this",
    "morning",
    "never",
    "above",
    "4",
    "degrees",
    "the",
    "best",
    "organic",
    "until",
    "ago",
]
SAID = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join),
)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False),
    st.text(max_size=5),
    st.just([]),
    st.just({}),
)


@given(SAID, st.sampled_from(FACTS))
def test_any_words_get_a_verdict(said, facts):
    checked = check(said, facts, now_in(facts))

    assert checked.text == said
    assert (checked.rule is None) == (checked.verdict.value == "no_claim")


def places(value, path=()):
    """Every place in a document, but only the first points of a curve."""
    yield path
    items = (
        value.items() if isinstance(value, dict) else enumerate(value[:3]) if isinstance(value, list) else ()
    )
    for name, each in items:
        yield from places(each, (*path, name))


CHOICES = [(number, path) for number, trace in enumerate(TRACES) for path in places(trace) if path]
SENTENCE = (
    "今早刚摘，糖度12度，全程不超过4度，有机，农残合格，一箱五公斤，产自洛川，卖了三千斤，从发货到到货32小时"
)


@given(st.sampled_from(CHOICES), ODD)
def test_a_trace_with_anything_anywhere_is_read_or_refused(choice, odd):
    number, path = choice
    trace = copy.deepcopy(TRACES[number])
    inside = trace
    for name in path[:-1]:
        inside = inside[name]
    inside[path[-1]] = odd

    try:
        facts = read_facts(trace)
    except InvalidInput:
        return

    check(SENTENCE, facts, now_in(facts))
