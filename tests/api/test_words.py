"""The pages' words: nothing is left untranslated, and the reader's language is found."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from api.words import languages, preferred
from tests.api.samples import NOW

API = Path(__file__).parents[2] / "api"
SPEAK = languages()


def _wanted() -> Catalog:
    catalog = Catalog()
    keywords = {"_": None, "say": None, "message": None, "say_many": (1, 2)}
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    for _, _, text, _, _ in extract_from_dir(API, methods, keywords=keywords):
        catalog.add(text)
    return catalog


def _chinese() -> Catalog:
    with (API / "locale/zh_CN/LC_MESSAGES/messages.po").open("rb") as source:
        return read_po(source, locale="zh_CN")


def test_every_message_has_a_chinese_translation_and_no_translation_is_left_over():
    wanted, held = ({message.id for message in catalog if message.id} for catalog in (_wanted(), _chinese()))

    assert wanted == held
    assert all(all(m.string) if isinstance(m.string, tuple) else m.string for m in _chinese() if m.id)


def test_a_translation_names_the_same_values_as_its_message():
    for message in _chinese():
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)

        for string in strings:
            assert set(re.findall(r"\{\w+\}", string)) == set(re.findall(r"\{\w+\}", ids[-1]))


@pytest.mark.parametrize(
    ("asked", "header", "spoken"),
    [
        (None, "", "zh-CN"),
        (None, "en-US,en;q=0.9", "en"),
        (None, "fr, en;q=0.5, zh;q=0.8", "zh-CN"),
        (None, "zh;q=0, en;q=x, EN;q=0.1", "en"),
        (None, "fr", "zh-CN"),
        ("en", "zh-CN", "en"),
        ("zh", "en", "zh-CN"),
        ("<script>", "en", "zh-CN"),
    ],
)
def test_the_language_is_the_one_asked_for_or_else_the_best_of_the_header(asked, header, spoken):
    assert preferred(asked, header, SPEAK).lang == spoken


def test_a_name_falls_back_to_the_other_language():
    assert SPEAK["en"].name({"zh": "草莓"}) == "草莓"
    assert SPEAK["zh-CN"].name({"zh": "", "en": "Berry"}) == "Berry"
    assert SPEAK["en"].name({}) is None


def test_moments_are_written_as_the_language_writes_them_in_the_zone_of_the_pages():
    assert SPEAK["en"].moment(NOW) == "14 Nov 12:00"
    assert SPEAK["zh-CN"].moment(NOW) == "11月14日 12:00"


def test_braces_in_a_text_without_values_are_no_placeholders():
    assert SPEAK["en"].say("{hostile}") == "{hostile}"


@pytest.mark.parametrize(
    ("length_ms", "said"),
    [
        (1_000, "1 second"),
        (29_000, "29 seconds"),
        (60_000, "1 minute"),
        (3_540_000, "59 minutes"),
        (5_400_000, "1 h 30 min"),
        (200_000_000, "2 d 7 h"),
    ],
)
def test_a_span_is_said_in_the_units_that_fit(length_ms, said):
    assert SPEAK["en"].span(length_ms) == said
