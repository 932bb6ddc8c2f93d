"""What printers and print shops get says what was issued, and no name of a product commands them."""

import csv
import io
import re
import zipfile

import pytest
import typst

from tests.printed import a_label, drawn, labels, read
from traceability.errors import InvalidInput
from traceability.labels.layout import LAYOUTS, layout
from traceability.labels.svg import to_zip
from traceability.labels.symbol import SMALLEST_MODULE_MM, symbol
from traceability.labels.table import to_table
from traceability.labels.zpl import Printer, to_zpl

ROLLS = [name for name, each in LAYOUTS.items() if each.paper is None]
HOSTILE = "果^XZ~JR_5E\n</svg>&", "^FS^XZ~JA <b>"
COMMAND = re.compile(r"([\^~][A-Z][A-Z0-9@])([^^~]*)")


def commands(zpl):
    """Each command with what follows it, fields read as a printer reads them under ^FH."""
    found = [(name, rest.rstrip("\n")) for name, rest in COMMAND.findall(zpl)]
    unescaped = lambda text: re.sub(r"_([0-9A-F]{2})", lambda code: chr(int(code[1], 16)), text)  # noqa: E731
    return [(name, unescaped(rest) if name == "^FD" else rest) for name, rest in found]


def numbers(text):
    return tuple(map(int, text.split(",")))


@pytest.mark.parametrize("name", ROLLS)
@pytest.mark.parametrize(("dpi", "dots_of_module"), [(203, (4, 4)), (300, (5, 6))])
def test_a_printer_draws_each_code_whole_on_its_label_and_no_smaller_than_phones_read(
    name, dpi, dots_of_module
):
    chosen, texts = layout(name), labels(2)

    for label, text in zip(texts, to_zpl(texts, chosen, Printer(dpi)), strict=True):
        found = commands(text)
        said = dict(found)
        x, y = next(numbers(rest) for key, rest in found if key == "^FO")
        _, _, dot, level, _ = said["^BQ"].split(",")
        modules, printed = symbol("A" * len(label.uri)).modules, int(dot)
        size, quiet = modules * printed, 4 * printed

        assert (found[0], found[-1]) == (("^XA", ""), ("^XZ", ""))
        assert next(rest for key, rest in found if key == "^FD") == f"MM,A{label.uri}"
        assert level == "M"
        assert dots_of_module[0] <= printed <= dots_of_module[1]
        assert printed * 25.4 / dpi >= SMALLEST_MODULE_MM
        assert min(x - quiet, y + 10 - quiet) >= -1
        assert x + size + quiet <= int(said["^PW"]) + 1
        assert y + 10 + size + quiet <= int(said["^LL"]) + 1
        assert text.isascii()


def test_a_name_is_no_command_and_stands_as_it_is():
    [text] = to_zpl([a_label(name=HOSTILE)], layout("40x30"), Printer(300, "E:SIMSUN.TTF"))
    found = commands(text)

    assert {name for name, _ in found} == {
        "^XA",
        "^CI",
        "^PW",
        "^LL",
        "^LH",
        "^BY",
        "^FO",
        "^BQ",
        "^FH",
        "^FD",
        "^FS",
        "^A0",
        "^A@",
        "^XZ",
    }
    assert "果^XZ~JR_5E" in "".join(rest for name, rest in found if name == "^FD")
    assert text.count("^XZ") == 1
    assert all(rest.endswith("E:SIMSUN.TTF") for name, rest in found if name == "^A@")


def test_a_printer_without_chinese_letters_gets_no_chinese_and_a_scratch_code_in_its_box():
    [text] = to_zpl([a_label(scratch="7K3M9QXZ")], layout("40x30"), Printer(203))

    assert text.isascii()
    assert "Yantai" in text
    assert ("^FD", "7K3M 9QXZ") in commands(text)
    assert "^GB120,40,2" in text


@pytest.mark.parametrize(
    ("label", "chosen", "printer", "says"),
    [
        ({}, "a4-40", (203,), "is a sheet, and ZPL is for rolls"),
        ({"host": "A" * 30}, "30x20", (203,), r"at 203 dpi a code of version 4 takes 20.5 mm .* has 18.6 mm"),
        ({}, "40x30", (203, "E:X.TTF^XZ"), "no font of a printer"),
    ],
)
def test_what_no_printer_can_print_is_refused(label, chosen, printer, says):
    with pytest.raises(InvalidInput, match=says):
        list(to_zpl([a_label(**label)], layout(chosen), Printer(*printer)))


@pytest.mark.parametrize("name", ["30x20", "a4-65"])
def test_every_svg_is_drawn_with_codes_that_say_what_was_issued(name):
    chosen = layout(name)
    texts = labels(chosen.a_page + 1, name=HOSTILE)
    made = to_zip(texts, chosen)

    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        pages = {entry: archive.read(entry) for entry in archive.namelist()}

    assert made == to_zip(texts, chosen)
    assert list(pages) == ["000001.svg", f"{len(texts):06}.svg"]
    assert [code for svg in pages.values() for code in read(as_picture(svg))] == [each.uri for each in texts]


def as_picture(svg):
    [page] = drawn(
        typst.compile(
            b"#set page(width: auto, height: auto, margin: 0pt)\n"
            b'#image(bytes(sys.inputs.svg), format: "svg")',
            sys_inputs={"svg": svg.decode()},
            format="pdf",
        )
    )
    return page


def test_a_print_shop_gets_every_code_and_no_formula():
    texts = labels(2, scratch="7K3M9QXZ", lot="-HY1")

    rows = list(csv.reader(io.StringIO(to_table(texts).decode("utf-8-sig"))))

    assert rows[0] == ["number", "uri", "serial", "gtin", "lot", "scratch"]
    assert rows[2] == ["2", texts[1].uri, texts[1].serial, texts[1].gtin, "'-HY1", "7K3M9QXZ"]
