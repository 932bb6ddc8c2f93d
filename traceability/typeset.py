"""Printed pages: what typst sets, with a font of this machine that has Chinese letters."""

import json

import typst

from traceability.errors import InvalidInput

_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "SimSun",
)
"""Families with Chinese letters, the best first."""
_KEPT_FOR = 12
"""Compilations after which typst forgets what it kept of one; found by measuring its memory."""


def printing_font() -> str:
    """A family of this machine with Chinese letters. Raises `InvalidInput` if there is none."""
    found = set(typst.Fonts().families())
    for name in _FONTS:
        if name in found:
            return name
    raise InvalidInput(
        "no font with Chinese letters is installed, so a PDF cannot be written: install one such as "
        "Noto Sans CJK (Debian: apt install fonts-noto-cjk), or write a .csv"
    )


def pdf(template: bytes, data: object, made_at_s: int) -> bytes:
    """`data` stands in `sys.inputs.data` of the template, as JSON: text that is never read as markup.

    The same bytes for the same template, data and time, on a machine with the same fonts.
    """
    return _one(typst.compile(template, sys_inputs=_inputs(data), format="pdf", timestamp=made_at_s))


def print_pdf(template: bytes, data: object) -> bytes:
    """As `pdf`, made at no time, for paper alone: without the tags that tell a reading machine what is what.

    It is PDF/A-2b, which has all its fonts within. Raises `InvalidInput` for a letter that no font here has:
    it would be a box on paper.
    """
    try:
        page = typst.compile(
            template,
            sys_inputs=_inputs(data),
            format="pdf",
            timestamp=0,
            pdf_tags=False,
            pdf_standards="a-2b",
        )
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        raise InvalidInput(f"this cannot be printed: {error}; want other letters") from error
    return _one(page)


def _inputs(data: object) -> dict[str, str]:
    return {"data": json.dumps(data, ensure_ascii=False)}


def _one(page: object) -> bytes:
    if not isinstance(page, bytes):
        raise TypeError(f"typst gave {type(page).__name__}, want the bytes of one file")
    return page


def forget() -> None:
    """Free what typst keeps of pages that it has set, or a long run of them takes ever more memory."""
    for _ in range(_KEPT_FOR):
        typst.compile(b"", ignore_system_fonts=True)
