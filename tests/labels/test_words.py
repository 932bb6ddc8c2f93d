"""What stands on a label is broken where a person would break it."""

import pytest

from tests.printed import a_label
from traceability.labels.words import POINT_MM, pieces, wrapped


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("红颜草莓 300 克", 7, ["红颜草莓", "300 克"]),
        ("红颜草莓（散装）", 5, ["红颜草莓", "（散装）"]),
        ("批次 Lot FIELD-3-261122", 9, ["批次 Lot", "FIELD-3-261122"]),
        ("金果，装", 2, ["金", "果，", "装"]),
        ("ABCDEFGH", 3, ["ABCD", "EFGH"]),
    ],
)
def test_amounts_brackets_and_latin_words_stay_on_one_line_if_it_holds_them(text, width, lines):
    assert wrapped(text, width) == lines


def test_the_number_of_a_lot_is_set_smaller_before_it_is_cut_in_the_middle():
    lot = "FIELD-3-261122"
    wide_enough_for_five_points = len(lot) * 0.62 * 5 * POINT_MM + 0.1

    found = pieces(a_label(lot=lot), wide_enough_for_five_points, 100, ascii_only=False)

    [lot_lines] = [(each.size, each.lines) for each in found if any(lot in line for line in each.lines)]
    assert lot_lines == (5, ("批次 Lot", lot))
