"""The page says whether the records fit together, in both languages, and never that the unknown adds up."""

from fractions import Fraction

import pytest

from api.document import trace_document
from api.present.fitting import fitting
from api.words import languages
from tests.api.samples import a_trace
from tests.builders import CASE, FARM, FIELD, LOT, a_harvest, a_pack_out, an_event
from traceability.cold_chain.profiles import shipped
from traceability.ledger.capture import as_stored
from traceability.ledger.contradictions import Contradiction, Kind
from traceability.ledger.yields import OverYield
from traceability.proof.balance import balance

SPEAK = languages()
AN_OVER_YIELD = OverYield(
    lot=LOT,
    plot=FIELD,
    party=FARM,
    crop=shipped().named("apple"),
    hectares=Fraction(1),
    bears=Fraction(200_000),
    picked=Fraction(210_000),
    events=("00", "01"),
)


def of(*events, **fields):
    stored = [as_stored(event, "9521234000006", 0, bytes([n] * 16)) for n, event in enumerate(events)]
    return a_trace(balance=balance(stored, LOT), **fields)


def packed(kg):
    goods = [{"epcClass": LOT, "quantity": kg, "uom": "KGM"}]
    return an_event("AggregationEvent", 5, action="ADD", parentID=CASE, childQuantityList=goods)


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "By what this trace shows: 30 kg harvested, 20.5 kg labelled, packed or shipped, "
               "2 kg lost in processing, 7.5 kg left, counting what was made of it"),
        ("zh-CN", "按此溯源所示：采收 30 公斤，贴标、包装或发货 20.5 公斤，加工损耗 2 公斤，"
                  "剩余 7.5 公斤（含加工成品）"),
    ],
)  # fmt: skip
def test_what_adds_up_is_one_line(lang, line):
    said = fitting(of(a_harvest(0), a_pack_out(3), packed(20.5)), SPEAK[lang])

    assert (said.balance, said.lines) == (line, ())


def test_more_than_there_was_is_told_with_both_numbers():
    said = fitting(of(a_harvest(0), a_pack_out(3), packed(28.5)), SPEAK["en"])

    assert said.balance == "More was given out than there was, by what this trace shows."
    assert said.lines[0].sentence == "28 kg were there, 28.5 kg were labelled or packed."
    assert said.lines[0].where == LOT


def test_the_unknown_never_adds_up():
    said = fitting(of(a_harvest(0), a_pack_out(3), packed(None)), SPEAK["en"])

    assert said.balance == "It cannot be told whether it adds up: not every amount is recorded."
    assert fitting(of(), SPEAK["en"]).balance is None


@pytest.mark.parametrize(
    ("lang", "title", "sentence"),
    [
        ("en", "More than the plot can bear",
         "Apple: 210,000 kg were picked there within a season; 1 ha can bear 200,000 kg at most."),
        ("zh-CN", "超过地块的产出能力",
         "苹果：该地块一季采收了 210,000 公斤，而 1 公顷最多产 200,000 公斤。"),
    ],
)  # fmt: skip
def test_a_plot_that_gave_too_much_is_told_with_what_it_bears(lang, title, sentence):
    trace = a_trace(over_yields=(AN_OVER_YIELD,))

    (line,) = fitting(trace, SPEAK[lang]).lines

    assert (line.title, line.sentence, line.where) == (title, sentence, FIELD)
    [told] = trace_document(trace)["over_yields"]
    assert told == {
        "lot": LOT, "plot": FIELD, "party": FARM, "profile": "apple", "hectares": "1",
        "bears_kg": "200000", "picked_kg": "210000", "events": ["00", "01"],
    }  # fmt: skip


@pytest.mark.parametrize("lang", SPEAK)
@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_contradiction_has_its_words(lang, kind):
    odd = Contradiction(kind, f"{LOT}\u202e", ("00",))
    (line,) = fitting(a_trace(contradictions=(odd,)), SPEAK[lang]).lines

    assert line.title
    assert line.sentence
    assert LOT in line.where
    assert "\u202e" not in line.where


def test_the_json_gives_exact_amounts_and_the_keys_of_the_events():
    odd = Contradiction(Kind.CYCLE, LOT, ("aa", "bb"))
    document = trace_document(of(a_harvest(0), a_pack_out(3), packed(28.5), contradictions=(odd,)))

    (over,) = document["balance"]["over_drawn"]
    assert document["balance"]["is"] == "over-drawn"
    assert (over["had"], over["drew"], over["unit"], len(over["events"])) == ("28", "28.5", "KGM", 2)
    assert document["contradictions"] == [{"kind": "cycle", "identifier": LOT, "events": ["aa", "bb"]}]
