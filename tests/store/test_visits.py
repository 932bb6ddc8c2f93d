"""Viewers are counted by offer and minute, whoever counts beside."""

from traceability.store.visits import VisitTable


def test_counts_add_up_by_minute_over_all_offers_that_are_asked_for(engine):
    visits = VisitTable(engine)
    visits.came({})
    visits.came({("AAAAAA", 10): 2, ("BBBBBB", 10): 1, ("AAAAAA", 12): 1, ("CCCCCC", 10): 50})
    visits.came({("AAAAAA", 10): 3, ("AAAAAA", 9): 7})

    assert visits.by_minute(["AAAAAA", "BBBBBB"], since_minute=10) == {10: 6, 12: 1}
    assert visits.by_minute([], since_minute=0) == {}
