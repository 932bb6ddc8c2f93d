"""An empty sheet of one kind for a partner to fill in: XLSX with help in each cell, or CSV."""

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import xlsxwriter

from traceability.imports.kinds import Column, Kind, words

ROWS = 5_000
"""That have help and lists to choose from; more may be filled in."""
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 (a real time would make each file another)
_TEXT, _TIME = "@", "yyyy-mm-dd hh:mm"
_LONGEST_HELP, _LONGEST_TITLE = 255, 32
"""Characters that Excel takes."""

_SAYS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "how": "说明",
        "column": "列",
        "needed": "必填",
        "what": "填什么",
        "example": "示例",
        "yes": "是",
        "note": "以 952 开头的编码仅供演示。请填第一张表，保存后上传。已导入的文件勿改后再传。",
    },
    "en": {
        "how": "How to",
        "column": "Column",
        "needed": "Needed",
        "what": "What it holds",
        "example": "Example",
        "yes": "yes",
        "note": "Keys that begin with 952 are for demonstration alone. Fill in the first sheet and send it. "
        "Do not change a file that was imported and send it again.",
    },
}


def headings(kind: Kind, language: str) -> list[str]:
    """With a star for what must be filled in."""
    return [column.headings[language] + ("*" if column.required else "") for column in kind.columns]


def to_csv(kind: Kind, language: str) -> bytes:
    """Headings and an example, which is refused until it is deleted; UTF-8 with the mark of Excel."""
    text = io.StringIO()
    csv.writer(text).writerows([headings(kind, language), [column.example for column in kind.columns]])
    return text.getvalue().encode("utf-8-sig")


def to_xlsx(kind: Kind, language: str) -> bytes:
    """An empty sheet, and a second one that explains it. The same bytes each time."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"created": _CREATED})
    _fill_in(book, kind, language)
    _explain(book, kind, language)
    book.close()
    return file.getvalue()


def _fill_in(book: Any, kind: Kind, language: str) -> None:  # noqa: ANN401 (xlsxwriter has no types)
    sheet = book.add_worksheet(kind.titles[language])
    bold = book.add_format({"bold": True, "bg_color": "#DCE6D8", "border": 1})
    for at, (column, heading) in enumerate(zip(kind.columns, headings(kind, language), strict=True)):
        shown = {"time": _TIME, "amount": "General", "measure": "General"}.get(column.holds, _TEXT)
        sheet.set_column(at, at, 22, book.add_format({"num_format": shown}))
        sheet.write_string(0, at, heading, bold)
        sheet.data_validation(1, at, ROWS, at, _validation(column, language))
    sheet.freeze_panes(1, 0)


def _validation(column: Column, language: str) -> Mapping[str, object]:
    """Help beside the cell; a list to choose from where there are words."""
    help_text = {
        "input_title": column.headings[language][:_LONGEST_TITLE],
        "input_message": column.help[language][:_LONGEST_HELP],
    }
    if (offered := words().offered.get(column.holds)) is None:
        return {"validate": "any", **help_text}
    # Other units and words are read too, so Excel only asks.
    return {"validate": "list", "source": list(offered), "error_type": "warning", **help_text}


def _explain(book: Any, kind: Kind, language: str) -> None:  # noqa: ANN401 (xlsxwriter has no types)
    says = _SAYS[language]
    sheet = book.add_worksheet(says["how"])
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 24)
    sheet.set_column(2, 3, 60, book.add_format({"text_wrap": True}))
    for at, name in enumerate(("column", "needed", "what", "example")):
        sheet.write_string(0, at, says[name], bold)
    for row, column in enumerate(kind.columns, start=1):
        needed = says["yes"] if column.required else ""
        for at, text in enumerate((column.headings[language], needed, column.help[language], column.example)):
            sheet.write_string(row, at, text)
    sheet.write_string(len(kind.columns) + 2, 0, says["note"])
