"""On either database a serial is issued once, and issues at one moment do not together go beyond a lot."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from tests.builders import FARM, LOT, an_event
from traceability.errors import InvalidInput, Unavailable, Unknown
from traceability.ledger.capture import as_stored
from traceability.ledger.codes_store import NewSet
from traceability.log import tiles
from traceability.log.merkle import inclusion_proof, leaf_hash
from traceability.store.codes import CodeTable, code
from traceability.store.events import event
from traceability.store.revisions import read_revisions

GTIN, OTHER_GTIN = "09521234000020", "09521234000013"


def leaves_of(serials):
    return [leaf_hash(each.encode()) for each in serials]


def keep(table, serials, most=None, gtin=GTIN, number=0, beside_others=False):
    new = NewSet(gtin, LOT, FARM, bytes(32), bytes(32), "0.5", "KGM", beside_others, number)
    stored = as_stored(
        an_event(hours=number, action="OBSERVE", epcList=[]), FARM, number, number.to_bytes(16)
    )
    return table.keep(new, serials, tiles.extend(0, leaves_of(serials), None), stored, most)


def test_a_set_is_read_back_with_its_codes_and_its_tree(engine):
    table = CodeTable(engine)
    serials = [f"A{number:03}" for number in range(300)]
    keep(table, ["OTHER"], gtin=OTHER_GTIN)
    kept = keep(table, serials, number=1)

    assert table.sets()[1] == table.set(kept.number) == kept
    assert [each.serial for each in table.codes(kept.number)] == serials
    found = table.find(GTIN, "A257")
    assert (found.index, found.of, found.withdrawn_at_ms) == (257, kept, None)
    assert table.find(OTHER_GTIN, "A257") is None
    path = tiles.inclusion_proof(300, 257, lambda *tile: table.read_tile(kept.number, *tile))
    assert path == inclusion_proof(leaves_of(serials), 257)
    assert table.issued(GTIN, ["A001", "OTHER"]) == {"A001": False}


def test_what_is_not_there_is_unknown(engine):
    table = CodeTable(engine)

    for ask in (table.set, table.codes, lambda number: table.read_tile(number, 0, 0, 1)):
        with pytest.raises(Unknown):
            ask(7)


def test_a_serial_is_issued_once_and_whoever_comes_second_leaves_nothing(engine):
    table = CodeTable(engine)
    keep(table, ["A", "B"])

    with pytest.raises(Unavailable, match="no code was issued, try again"):
        keep(table, ["C", "B"], number=1)

    assert table.find(GTIN, "C") is None
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(event)) == 1
    keep(table, ["A"], gtin=OTHER_GTIN, number=2)


def test_issues_at_one_moment_do_not_together_go_beyond_a_lot(engine):
    table = CodeTable(engine)

    def issue(number):
        try:
            return str(keep(table, [f"{number}-{each}" for each in range(3)], most=10, number=number).count)
        except InvalidInput as refusal:
            return str(refusal)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(issue, range(8)))

    assert answers.count("3") == 3
    assert sum("9 are issued: 1 are left, asked were 3" in each for each in answers) == 5
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(code)) == table.out(LOT) == 9


def test_withdrawn_codes_are_out_no_more_and_stay_issued(engine):
    table = CodeTable(engine)
    kept = keep(table, ["A", "B", "C"])

    assert table.withdraw(kept.number, ["A", "B"], 5) == 2
    assert table.withdraw(kept.number, ["B", "C"], 6) == 1

    assert (table.out(LOT), table.set(kept.number).withdrawn) == (0, 3)
    assert [each.withdrawn_at_ms for each in table.codes(kept.number)] == [5, 5, 6]
    assert table.issued(GTIN, ["A", "D"]) == {"A": True}
    with pytest.raises(Unavailable):
        keep(table, ["A"], number=1)


def test_of_each_gtin_it_is_known_whether_others_make_serials_of_it(engine):
    table = CodeTable(engine)
    keep(table, ["A"])
    keep(table, ["A"], gtin=OTHER_GTIN, number=1)
    keep(table, ["B"], gtin=OTHER_GTIN, number=2, beside_others=True)

    assert [table.beside_others(gtin) for gtin in (GTIN, OTHER_GTIN, "00000000000000")] == [False, True, None]


def test_whose_serials_are_judged_is_a_register_that_changes_with_a_products_first_codes(engine):
    table = CodeTable(engine)

    def revision():
        with engine.connect() as connection:
            return read_revisions(connection).get("code_set", 0)

    seen = [revision()]
    for number, (serial, others) in enumerate([("A", False), ("B", False), ("C", True), ("D", True)]):
        keep(table, [serial], number=number, beside_others=others)
        seen.append(revision())

    assert seen == [0, 1, 1, 2, 2]
