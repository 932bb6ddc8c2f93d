"""A code is never printed smaller than phones read, and whoever asks for it is told what would do."""

import pytest

from tests.printed import a_label
from traceability.errors import InvalidInput
from traceability.labels.layout import layout
from traceability.labels.place import place
from traceability.labels.symbol import symbol, warning


def a_link(host):
    """With as few runs of digits as there can be: a run of them takes less room."""
    return f"HTTPS://{host}/01/09521234000013/21/ABCDEFGHJKMNPQRS"


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("letter", r"is no layout: want 40x30, 30x20, 25x25, a4-40, a4-65"),
        ("70x37/3x9", r"3 by 9 labels of 70 by 37 mm take 210 by 333 mm, A4 has 210 by 297"),
        ("0x0", r"a label of 0 by 0 mm has no room for a code"),
        ("40x30/0x3", r"is no layout"),
        ("٤٠x30", r"is no layout"),
    ],
)
def test_a_layout_that_is_none_is_refused(wanted, says):
    with pytest.raises(InvalidInput, match=says):
        layout(wanted)


def test_a_layout_too_small_for_a_code_is_refused_with_those_that_hold_it():
    with pytest.raises(
        InvalidInput, match=r"15.0 mm for a code, want 16.2 mm .* take 40x30, 30x20, 25x25, a4-40, a4-65"
    ):
        layout("40x18").module(symbol(a_link("TRACE.COOPERATIVE.EXAMPLE")))


def test_a_scratch_panel_without_room_is_refused_with_layouts_that_have_it():
    label = a_label(scratch="7K3M9QXZ")

    with pytest.raises(InvalidInput, match=r"no room for a scratch panel .* take 40x30, a4-40, a4-65$"):
        place(label, symbol(label.uri), layout("30x20"))


def test_a_code_of_version_3_is_as_small_as_the_trade_wants_it():
    made = symbol(a_link("A" * 16))

    assert (made.version, round(made.smallest_mm, 1)) == (3, 14.7)
    assert warning(made) is None


def test_a_longer_host_costs_millimetres_and_that_is_said():
    says = warning(symbol(a_link("A" * 17)))

    assert says is not None
    assert "version 4, 16.2 mm a side" in says
    assert "version 3 would be 14.7 mm" in says
    assert "host AAAAAAAAAAAAAAAAA has 17 characters, want 16" in says


def test_one_small_letter_makes_the_code_larger_and_that_is_said():
    says = warning(symbol(a_link("GUOJi.EXAMPLE")))

    assert says is not None
    assert "has 'i'" in says


def test_a_link_that_no_code_holds_is_refused():
    with pytest.raises(InvalidInput, match="fits into no QR code"):
        symbol("HTTPS://" + "A" * 5000)
