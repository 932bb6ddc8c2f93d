"""Labels as they are made, drawn and read again."""

import hashlib

import pypdfium2
import zxingcpp

from traceability.gs1 import serials
from traceability.labels.label import LabelText

GTIN = "09521234000013"
NAME = "烟台红富士苹果", "Yantai Fuji apple"
A_POINT_DPI = 72


def labels(many, scratch=None, host="GUOJI.EXAMPLE", name=NAME, lot="HY261120"):
    """`many` labels, numbered from 1, with serials that differ."""
    return [a_label(number, scratch, host, name, lot) for number in range(1, many + 1)]


def a_label(number=1, scratch=None, host="GUOJI.EXAMPLE", name=NAME, lot="HY261120"):
    serial = serials.issue(b"k" * 32, GTIN, hashlib.sha256(number.to_bytes(4)).digest()[:5])
    return LabelText(number, f"HTTPS://{host}/01/{GTIN}/21/{serial}", GTIN, serial, lot, name, scratch)


def drawn(pdf, dpi=300):
    """Each page of a PDF as a picture in shades of grey."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / A_POINT_DPI, grayscale=True).to_pil() for page in document]
    finally:
        document.close()


def read(picture):
    """What every QR code says, from top to bottom and left to right; codes that are inverted are not read."""
    found = zxingcpp.read_barcodes(picture, zxingcpp.BarcodeFormat.QRCode, try_invert=False)
    corner = lambda each: (round(each.position.top_left.y / 30), each.position.top_left.x)  # noqa: E731
    return [each.text for each in sorted(found, key=corner)]
