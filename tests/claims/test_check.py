"""How facts, negation, order and the port for another detector make a verdict."""

import copy
import json
from pathlib import Path

import pytest

from traceability.claims.check import MAX_CHARACTERS, check
from traceability.claims.claim import Claim
from traceability.claims.read_facts import now_in, read_facts
from traceability.claims.rulebook import rules
from traceability.errors import InvalidInput

TRACES = Path(__file__).parent / "traces"


def a_trace(name="kiwifruit", **changed):
    return json.loads((TRACES / f"{name}.json").read_text("utf-8")) | changed


def verdict(said, trace):
    facts = read_facts(trace)
    return check(said, facts, now_in(facts)).verdict.value


def harvest_of(trace):
    return next(each for each in trace["events"] if each["event"].get("action") == "ADD")


def test_the_most_serious_claim_of_a_sentence_decides():
    trace = a_trace("apples")
    claims = ["陕西苹果", "海拔一千米", "有机的", "今早刚摘", "全网最甜"]
    expected = ["supported", "unsupported", "expired", "contradicted", "forbidden"]

    assert [verdict("，".join(claims[: number + 1]), trace) for number in range(5)] == expected


def test_what_rests_on_a_contradicted_proof_is_not_supported():
    trace = a_trace()
    harvest_of(trace)["verdict"] = {
        "is": "contradicted",
        "step": "inclusion",
        "reason": "another fingerprint",
    }

    assert verdict("今早摘的", trace) == "unsupported"
    assert verdict("昨天摘的", trace) == "contradicted"


@pytest.mark.parametrize("why", ["voided", "claimed"])
def test_an_event_that_does_not_count_says_nothing(why):
    trace = a_trace(harvested_at=None)
    harvest_of(trace)[why] = True

    assert verdict("今早摘的", trace) == "unsupported"


def test_a_harvest_time_without_its_event_still_counts():
    trace = a_trace(events=[])

    assert verdict("今早摘的", trace) == "supported"
    assert verdict("昨天摘的", trace) == "contradicted"


def test_a_silence_of_the_logger_keeps_the_whole_way_from_being_supported():
    trace = a_trace()
    assert verdict("全程冷链", trace) == verdict("全程没超过6度", trace) == "supported"

    silence = {"from_ms": 1795316400000, "to_ms": 1795320000000}
    trace["curves"][0] = trace["curves"][0] | {"silences": [silence]}

    assert verdict("全程冷链", trace) == "unsupported"
    assert verdict("全程没超过6度", trace) == "unsupported"
    assert verdict("全程没超过3度", trace) == "contradicted"


def test_a_residue_above_its_limit_contradicts_that_it_passed():
    trace = a_trace("apples")
    trace["lab_results"][-1]["value"] = 0.9

    assert verdict("农残检测合格", trace) == "contradicted"
    assert verdict("农残超标", trace) == "supported"


@pytest.mark.parametrize(
    "certificate",
    [
        {"guoji:name": "organic", "guoji:validUntil": "2026-10-31"},
        {"name": {"en": "Organic certificate"}, "valid_until": "2026-10-31T00:00:00Z"},
        {"scheme": "有机产品认证", "expires": "2026-10-31"},
    ],
)
def test_a_certificate_is_found_however_a_partner_writes_it(certificate):
    trace = a_trace("bare")
    harvest_of(trace)["event"]["guoji:papers"] = [certificate]

    assert verdict("有机苹果", trace) == "expired"


@pytest.mark.parametrize(
    ("name", "said", "expected"),
    [
        ("apples", "No carbendazim was detected", "contradicted"),
        ("kiwifruit", "Neither carbendazim nor procymidone was detected", "supported"),
        ("apples", "Carbendazim was detected", "supported"),
        ("strawberries", "从没超过四度", "contradicted"),
        ("strawberries", "糖度没有超过十三度", "supported"),
        ("strawberries", "最高气温没有超过30度", "no_claim"),
        ("cherries", "全程温度监控没有中断", "contradicted"),
    ],
)
def test_what_is_said_never_to_have_been_is_held_against_all_that_was_measured(name, said, expected):
    assert verdict(said, a_trace(name)) == expected


@pytest.mark.parametrize(
    ("name", "said", "expected"),
    [
        ("tomatoes", "车上湿度在85到90之间", "supported"),
        ("tomatoes", "湿度百分之八十五到九十", "supported"),
        ("tomatoes", "The humidity dropped to sixty percent", "contradicted"),
        ("kiwifruit", "湿度百分之九十", "unsupported"),
        ("cherries", "空运过来的", "supported"),
        ("cherries", "Shipped by sea.", "contradicted"),
        ("kiwifruit", "空运过来的", "unsupported"),
        ("tomatoes", "They have arrived", "contradicted"),
        ("tomatoes", "货还在路上", "supported"),
        ("kiwifruit", "货还在路上", "contradicted"),
        ("bare", "They have arrived", "unsupported"),
        ("kiwifruit", "It left the packhouse at eleven and got here at half past four.", "supported"),
        ("cherries", "十五号晚上十一点进的冷库", "supported"),
        ("cherries", "二十号进的冷库", "contradicted"),
    ],
)
def test_humidity_and_the_journey_are_held_against_what_the_trace_holds(name, said, expected):
    assert verdict(said, a_trace(name)) == expected


def test_what_left_from_a_port_came_by_sea():
    shipped = (
        json.dumps(a_trace("cherries"), ensure_ascii=False).replace("机场", "港").replace("airport", "port")
    )

    assert verdict("海运过来的", json.loads(shipped)) == "supported"
    assert verdict("Flown in.", json.loads(shipped)) == "contradicted"


@pytest.mark.parametrize(
    "asserts", ["这不就是今天早上刚摘的吗？", "难道不是今早摘的？", "Isn't that freshly picked?"]
)
def test_a_question_that_nobody_is_to_answer_is_an_assertion(asserts):
    assert verdict(asserts, a_trace("kiwifruit")) == "supported"
    assert verdict(asserts, a_trace("apples")) == "contradicted"


def test_words_to_say_instead_mend_every_claim_that_is_at_fault():
    facts = read_facts(a_trace("apples"))

    instead = check("今早刚摘的，糖度20度", facts, now_in(facts)).suggestion

    assert instead is not None
    assert "2026-10-12 09:00" in instead
    assert "13.6" in instead


def test_a_certificate_that_is_only_linked_supports_nothing():
    trace = a_trace("bare")
    harvest_of(trace)["event"]["certificationInfo"] = "https://papers.example/organic/1"

    assert verdict("有机苹果", trace) == "unsupported"


@pytest.mark.parametrize(
    ("said", "denied"),
    [
        ("今早摘的", "不是今早摘的"),
        ("Picked this morning.", "Not picked this morning."),
        ("冷链没断过", "冷链断过"),
    ],
)
def test_a_negation_turns_true_and_false_round(said, denied):
    for name in ("kiwifruit", "apples"):
        pair = {verdict(said, a_trace(name)), verdict(denied, a_trace(name))}
        assert pair == {"supported", "contradicted"}


@pytest.mark.parametrize(
    "said",
    [
        "今早摘的吗",
        "如果是今早摘的",
        "有人说是今早摘的",
        "希望是今早摘的",
        "不敢说是今早摘的",
        "别家的是今早摘的",
    ],
)
def test_what_is_asked_wished_reported_or_denied_is_no_claim(said):
    assert verdict(said, a_trace("apples")) == "no_claim"


@pytest.mark.parametrize("prefix", ["", "urn:epcglobal:cbv:bizstep:", "https://ref.gs1.org/cbv/BizStep-"])
def test_a_word_of_the_standard_means_the_same_in_each_of_its_spellings(prefix):
    trace = a_trace("kiwifruit", harvested_at=None)
    for each in trace["events"]:
        each["event"]["bizStep"] = prefix + each["event"]["bizStep"]

    assert verdict("今早摘的", trace) == verdict("上午十一点发的货", trace) == "supported"
    assert verdict("检测合格", trace) == "supported"


def a_recall(released_at=None, entitled=True):
    return {"key": "ab", "at": "2026-11-20T08:00:00Z", "entitled": entitled, "released_at": released_at}


@pytest.mark.parametrize(
    ("recalls", "none_now", "never"),
    [
        ([], "supported", "supported"),
        ([a_recall()], "contradicted", "contradicted"),
        ([a_recall(released_at="2026-11-21T08:00:00Z")], "supported", "contradicted"),
        ([a_recall(entitled=False)], "supported", "supported"),
    ],
)
def test_a_recall_of_somebody_who_may_recall_decides_whether_there_is_one(recalls, none_now, never):
    trace = a_trace(recalls=recalls)

    assert verdict("这批没有召回", trace) == verdict("There is no recall.", trace) == none_now
    assert verdict("这批没被召回过", trace) == verdict("It was never recalled.", trace) == never


def test_a_trace_that_does_not_speak_of_recalls_supports_nothing_about_them():
    trace = a_trace()
    del trace["recalls"]

    assert verdict("这批没有召回", trace) == "unsupported"


def test_another_detector_finds_claims_but_the_facts_judge_them():
    facts = read_facts(a_trace("apples"))
    storage = next(rule for rule in rules() if rule.id == "cold-storage")
    slang = "躺平了个把月的老果子"

    def find(sentence, said_at):
        return [Claim(storage, sentence, sentence, negated=False)]

    assert check(slang, facts, now_in(facts)).verdict.value == "no_claim"
    assert check(slang, facts, now_in(facts), find).verdict.value == "supported"


def test_the_proof_of_a_temperature_is_the_batch_that_holds_it():
    trace = a_trace("strawberries")
    facts = read_facts(trace)
    batches = {each["key"] for each in trace["events"] if each["event"].get("guoji:device") == "logger-1"}

    checked = check("全程没超过4度", facts, now_in(facts))

    assert {each.key for each in checked.evidence if each.found["en"].startswith("logger-1")} <= batches


def test_a_sentence_that_is_too_long_is_refused():
    facts = read_facts(a_trace())

    with pytest.raises(InvalidInput, match="501 characters, want at most 500"):
        check("a" * (MAX_CHARACTERS + 1), facts, now_in(facts))


def test_reading_facts_changes_nothing():
    trace = a_trace("apples")
    before = copy.deepcopy(trace)

    read_facts(trace)

    assert trace == before
