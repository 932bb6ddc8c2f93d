"""A document is what its digest says, or it is not there."""

import pytest

from traceability.errors import Unknown
from traceability.store.documents import DocumentFolder


def test_a_document_reads_back_under_its_digest(tmp_path):
    documents = DocumentFolder(tmp_path)

    assert documents.read(documents.keep(b"brix 9.6")) == b"brix 9.6"


def test_a_changed_document_is_no_longer_served(tmp_path):
    documents = DocumentFolder(tmp_path)
    digest = documents.keep(b"brix 9.6")
    (tmp_path / digest).write_bytes(b"brix 19.6")

    with pytest.raises(Unknown, match="was changed since"):
        documents.read(digest)


@pytest.mark.parametrize("name", ["0" * 64, "../keys/log.pem", "", "A" * 64])
def test_nothing_else_is_read(tmp_path, name):
    with pytest.raises(Unknown, match="hold no document"):
        DocumentFolder(tmp_path).read(name)
