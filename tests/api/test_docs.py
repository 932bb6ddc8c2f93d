"""docs/pages.md tells of every route and every field."""

import re
from pathlib import Path

from api.document import trace_document
from api.routes import capture, health, landing, links, log, overlay, proof, scan, well_known
from tests.api.samples import a_trace

DOCS = (Path(__file__).parents[2] / "docs" / "pages.md").read_text("utf-8")


def test_every_route_stands_in_the_docs():
    parts = (scan, well_known, links, overlay, proof, log, capture, health, landing)
    paths = {route.path for part in parts for route in part.router.routes}

    for path in paths:
        key, _, rest = path[1:].partition("/")
        named = f"`{key}`" if rest == "{rest:path}" else path.replace("{rest:path}", "{gtin}/10/{lot}")
        assert re.sub("{(anchor|place):path}", r"{\1}", named) in DOCS


def test_every_field_of_the_document_stands_in_the_docs():
    document = trace_document(a_trace())
    parts = [document, *(document[name][0] for name in ("events", "curves", "lab_results", "findings"))]

    for field in {field for part in parts for field in part}:
        assert f"`{field}`" in DOCS
