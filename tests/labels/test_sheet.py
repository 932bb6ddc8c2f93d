"""A printed sheet says what was issued: every code of every layout is read back from the paper."""

import pytest
import typst

from tests.printed import a_label, drawn, labels, read
from traceability.errors import InvalidInput
from traceability.labels.layout import A4, LAYOUTS, layout
from traceability.labels.place import place
from traceability.labels.sheet import to_pdf
from traceability.labels.symbol import SMALLEST_MODULE_MM, symbol

OWN = ("50x30", "60x40/3x7")
LONGER_HOST = "TRACE.COOPERATIVE.EXAMPLE"
HOSTILE = '"#panic()" $x$ *b* </svg>\x1b[31m', '#read("/etc/passwd")'


def placed(texts, chosen):
    return [place(each, symbol(each.uri), chosen) for each in texts]


def sheet(texts, chosen):
    return to_pdf(placed(texts, chosen), chosen, "labels")


@pytest.mark.parametrize("name", [*LAYOUTS, *OWN])
def test_every_code_of_a_sheet_is_read_back_as_it_was_issued(name):
    chosen = layout(name)
    texts = labels(chosen.a_page + 1)

    first, second = drawn(sheet(texts, chosen))

    assert first.size == tuple(pytest.approx(mm / 25.4 * 300, abs=1.5) for mm in chosen.page)
    assert read(first) == [each.uri for each in texts[:-1]]
    assert read(second) == [texts[-1].uri]


@pytest.mark.parametrize("name", ["40x30", "a4-65"])
def test_a_scratch_panel_and_a_longer_host_leave_every_code_readable(name):
    chosen = layout(name)
    texts = labels(chosen.a_page, scratch="7K3M9QXZ", host=LONGER_HOST)

    [page] = drawn(sheet(texts, chosen))

    assert read(page) == [each.uri for each in texts]


def test_the_same_labels_give_the_same_bytes_and_hostile_names_are_only_text():
    texts = labels(3, name=HOSTILE)

    assert sheet(texts, layout("40x30")) == sheet(texts, layout("40x30"))
    assert read(drawn(sheet(texts, layout("40x30")))[2]) == [texts[2].uri]


def test_without_chinese_letters_nothing_is_printed_and_what_to_install_is_said(monkeypatch):
    class Latin:
        def families(self):
            return ["Libertinus Serif"]

    monkeypatch.setattr(typst, "Fonts", Latin)

    with pytest.raises(InvalidInput, match="apt install fonts-noto-cjk"):
        sheet(labels(1), layout("40x30"))


def test_a_letter_that_no_font_has_is_named_and_never_printed_as_a_box():
    with pytest.raises(InvalidInput, match=r"cannot be printed: .* the text .*u\{378\}"):
        sheet(labels(1, name=("果\u0378", "")), layout("40x30"))


@pytest.mark.parametrize("name", [*LAYOUTS, *OWN])
@pytest.mark.parametrize("scratch", [None, "7K3M9QXZ"])
def test_nothing_stands_outside_its_label_or_on_its_code(name, scratch):
    chosen, long = layout(name), ("特级" * 40, "Extra class " * 20)
    try:
        made = place(a_label(scratch=scratch, name=long, lot="L" * 20), symbol(a_label().uri), chosen)
    except InvalidInput:
        assert scratch is not None
        return
    code = made.left + made.code.modules * made.module, made.top + made.code.modules * made.module
    quiet = 4 * made.module

    assert made.module >= SMALLEST_MODULE_MM
    assert min(made.left, made.top) >= quiet
    assert code[0] + quiet <= chosen.width
    assert code[1] + quiet <= chosen.height
    for line in made.lines:
        height = line.size * 25.4 / 72
        assert chosen.padding <= line.left
        assert line.top >= 0
        assert line.top + height <= chosen.height
        assert line.left >= code[0] + quiet or line.top >= code[1] + quiet - 0.3
    assert any("".join(line.text.split()) in a_label().serial for line in made.lines)
    if scratch is not None:
        assert made.panel is not None
        assert made.panel[0] + 15 <= chosen.width
        assert made.panel[1] + 5 <= chosen.height


def test_labels_of_a_sheet_lie_on_it_and_not_on_each_other():
    for chosen in (each for each in LAYOUTS.values() if each.paper == A4):
        corners = chosen.corners()

        assert len(set(corners)) == chosen.a_page
        assert min(left for left, _ in corners) >= 0
        assert max(left for left, _ in corners) + chosen.width <= A4[0] + 1e-9
        assert max(top for _, top in corners) + chosen.height <= A4[1] + 1e-9
