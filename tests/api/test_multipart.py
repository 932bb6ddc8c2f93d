"""A form with a file in it is read as browsers send it, and in no other way."""

import pytest

from api.multipart import MOST_PARTS, read_form
from traceability.errors import InvalidInput

BOUNDARY = "multipart/form-data; boundary=x"


def test_a_form_with_a_file_is_read_byte_by_byte():
    content = bytes(range(256)) + b"\r\n--y\r\n\r\n--"
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n' + content
    body += b'\r\n--x\r\ncontent-disposition: form-data; name="kind"\r\n\r\n\r\n--x--\r\n'

    assert read_form(BOUNDARY, body) == {"file": content, "kind": b""}


@pytest.mark.parametrize(
    ("media", "body"),
    [
        ("", b""),
        ("text/plain", b""),
        (BOUNDARY, b""),
        (BOUNDARY, b"--x\r\n\r\n\r\n--x--"),
        (BOUNDARY, b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1'),
        (BOUNDARY, b"--x\r\n" * (MOST_PARTS + 2)),
        (BOUNDARY, b'junk--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--'),
    ],
)
def test_a_form_that_no_browser_writes_is_refused(media, body):
    with pytest.raises(InvalidInput):
        read_form(media, body)
