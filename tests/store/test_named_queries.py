"""Each owner has its own names; a query goes with all that hangs on it."""

import pytest

from traceability.errors import InvalidInput, NameTaken, NoSuchName
from traceability.ledger.named_queries import NamedQuery
from traceability.store.named_queries import NamedQueryTable


def a_query(number=1, owner="9521234000013", name=None):
    definition = {"EQ_bizStep": ["shipping"], "GE_quantity": 1.5}
    return NamedQuery(f"{number:028x}", owner, name or f"query-{number}", definition, {"ex": "https://x/"})


def test_a_query_comes_back_as_it_was_kept(engine):
    table, query = NamedQueryTable(engine), a_query(name="发货")

    table.add(query, 5)

    assert table.named(query.owner, "发货") == query


def test_two_owners_may_use_one_name_and_one_owner_may_not_twice(engine):
    table = NamedQueryTable(engine)
    table.add(a_query(1, name="mine"), 5)
    table.add(a_query(2, owner="", name="mine"), 5)

    with pytest.raises(NameTaken, match="a query named mine already"):
        table.add(a_query(3, name="mine"), 5)
    assert table.named("", "mine").id == a_query(2).id


def test_an_owner_has_so_many_and_no_more(engine):
    table = NamedQueryTable(engine)
    for number in range(2):
        table.add(a_query(number), 2)

    with pytest.raises(InvalidInput, match="you have 2 named queries"):
        table.add(a_query(2), 2)
    table.add(a_query(3, owner=""), 2)


def test_those_of_an_owner_come_oldest_first_and_page_by_page(engine):
    table = NamedQueryTable(engine)
    for number in (3, 1, 2):
        table.add(a_query(number), 5)
    table.add(a_query(4, owner=""), 5)

    first = table.of("9521234000013", "", 2)

    assert [each.name for each in first] == ["query-1", "query-2"]
    assert [each.name for each in table.of("9521234000013", first[-1].id, 2)] == ["query-3"]


def test_what_was_removed_is_gone_and_another_owners_is_not(engine):
    table = NamedQueryTable(engine)
    table.add(a_query(1, name="mine"), 5)
    table.add(a_query(2, owner="", name="mine"), 5)

    table.remove("9521234000013", "mine")

    with pytest.raises(NoSuchName, match="no query named 'mine'"):
        table.remove("9521234000013", "mine")
    assert table.named("", "mine")
