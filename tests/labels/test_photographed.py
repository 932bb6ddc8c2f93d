"""A printed code is still read from pictures as bad as those that a phone takes."""

from random import Random

import pytest

from bench.scan.photograph import LOOKS, frames
from tests.printed import drawn, labels, read
from traceability.labels.layout import layout
from traceability.labels.place import place
from traceability.labels.sheet import to_pdf
from traceability.labels.symbol import symbol

SMALL, LONG_HOST = ("30x20", "GUOJI.EXAMPLE"), ("40x30", "TRACE.COOPERATIVE.EXAMPLE")
DPI = 300


@pytest.fixture(scope="module", params=[SMALL, LONG_HOST], ids=["small", "long-host"])
def prints(request):
    """Of four labels: what was issued, the picture of the print, and how many pixels a module has in it."""
    name, host = request.param
    texts, chosen = labels(4, host=host), layout(name)
    placed = [place(each, symbol(each.uri), chosen) for each in texts]
    pages = drawn(to_pdf(placed, chosen, "labels"), DPI)
    return [
        (text.uri, page, each.module / 25.4 * DPI)
        for text, page, each in zip(texts, pages, placed, strict=True)
    ]


@pytest.mark.parametrize("look", LOOKS)
def test_every_label_is_read_by_a_phone_that_holds_it(prints, look):
    chance = Random(look)

    for uri, page, module_px in prints:
        assert any(read(seen) == [uri] for seen in frames(page, module_px, LOOKS[look], chance))
