"""The demo opens what it prints."""

import pytest

from demo.check import IS_ON_NOTHING, OPENS, check_links
from traceability.errors import Refused


class Answering(dict):
    """As `Stage`, with the status of each path."""

    def status(self, path):
        return self[path]


def test_each_link_that_does_not_open_as_it_should_is_named():
    links = (("a page", "/1", OPENS), ("spare", "/2", IS_ON_NOTHING), ("farm", "/3", OPENS))
    check_links(Answering({"/1": 200, "/2": 404, "/3": 200}), links)

    with pytest.raises(Refused, match="a page, /1: 500, want 200; spare, /2: 200, want 404"):
        check_links(Answering({"/1": 500, "/2": 200, "/3": 200}), links)
