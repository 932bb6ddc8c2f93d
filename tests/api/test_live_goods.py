"""What is known of a lot is read once from each trace that is made of it."""

import pytest

from api.live_goods import LiveGoods
from tests.api.samples import SUBJECT, a_trace
from tests.api.serving import SampleLedger
from traceability.errors import Unavailable


def test_facts_are_read_anew_only_from_a_new_trace():
    ledger = SampleLedger({SUBJECT: a_trace()})
    goods = LiveGoods(ledger.made)

    first = goods.of(SUBJECT)
    assert goods.of(SUBJECT) is first
    assert first.product
    ledger.traces[SUBJECT] = a_trace()
    assert goods.of(SUBJECT) is not first


def test_a_trace_that_cannot_be_looked_at_leaves_no_old_facts():
    ledger = SampleLedger({SUBJECT: a_trace()})
    goods = LiveGoods(ledger.made)
    goods.of(SUBJECT)
    ledger.away = Unavailable("the store does not answer")

    with pytest.raises(Unavailable):
        goods.of(SUBJECT)


def test_only_so_many_lots_are_kept():
    ledger = SampleLedger({lot: a_trace(subject=lot) for lot in "abc"})
    goods = LiveGoods(ledger.made, most=2)
    first, _, third = (goods.of(lot) for lot in "abc")

    assert goods.of("c") is third
    assert goods.of("a") is not first
