"""Changes of links are kept for good, all of a commit or none, and the newest of each anchor is found."""

import pytest

from traceability.errors import InvalidInput, NotAuthorised
from traceability.gs1.resolver.link import Link
from traceability.gs1.resolver.registration import Registration
from traceability.ledger.links import Change
from traceability.store.links import LinkTable

PRODUCT = "https://id.gs1.org/01/09521234000020"
LOT = f"{PRODUCT}/10/A%2FB"


def leading(anchor, at_ms=1, to="https://farm.example/kiwi"):
    languages = Link("pip", f"{to}/zh", "页", "text/html", ("zh-CN", "zh"), ("CN",))
    said = Registration(anchor, "金果", (Link("defaultLink", to, "果"), languages))
    return Change(anchor, said, "9521234000013", at_ms)


def gone(anchor):
    return Change(anchor, None, "", 9)


def test_the_newest_change_of_each_anchor_says_what_is_registered(engine):
    table = LinkTable(engine)
    first, lot, second = (
        leading(*each) for each in [(PRODUCT,), (LOT,), (PRODUCT, 2, "https://new.example")]
    )
    seen = []
    for changes in ([first, lot], [second]):
        table.keep(changes, seen.append)

    assert table.newest([PRODUCT, LOT, "https://id.gs1.org/00/1"]) == {PRODUCT: second, LOT: lot}
    assert table.all() == [second, lot]
    assert table.history(PRODUCT) == [first, second]
    assert seen == [{}, {PRODUCT: first}]
    assert table.revision() == 3


def test_what_was_removed_is_registered_no_more_and_stays_in_the_history(engine):
    table = LinkTable(engine)
    table.keep([leading(PRODUCT), leading(LOT)], lambda _: None)

    with pytest.raises(InvalidInput, match="has no gs1:defaultLink"):
        table.keep([gone(PRODUCT)], lambda _: None)
    table.keep([gone(PRODUCT), gone(LOT)], lambda _: None)

    seen = []
    table.keep([leading(PRODUCT, 10)], seen.append)
    assert seen == [{PRODUCT: leading(PRODUCT)}]
    table.keep([gone(PRODUCT)], seen.append)

    assert table.newest([PRODUCT, LOT]) == {}
    assert table.all() == []
    assert table.history(LOT) == [leading(LOT), gone(LOT)]


def test_a_refused_change_leaves_no_trace(engine):
    def refuse(_):
        raise NotAuthorised("no")

    table = LinkTable(engine)
    with pytest.raises(NotAuthorised):
        table.keep([leading(PRODUCT)], refuse)
    with pytest.raises(InvalidInput):
        table.keep([leading(LOT)], lambda _: None)

    assert table.revision() == 0
