"""A transcript falls into sentences, with full stops and without."""

from hypothesis import given
from hypothesis import strategies as st

from traceability.claims.sentences import sentences


def bare(text):
    return "".join(text.split())


def test_a_sentence_ends_at_its_mark_and_keeps_it():
    assert sentences("今早摘的？不是。上个月摘的！") == ["今早摘的？", "不是。", "上个月摘的！"]
    assert sentences("Picked today? No. Last month!") == ["Picked today?", "No.", "Last month!"]
    assert sentences("今早摘的\n糖度13\n") == ["今早摘的", "糖度13"]


def test_a_point_in_a_number_or_behind_an_abbreviation_ends_nothing():
    for whole in (
        "糖度13.6度",
        "Brix 13.6, i.e. sweet",
        "Picked at 6 a.m. on Nov. 22",
        "St. Mary's farm",
        "No. 1 in taste",
    ):
        assert sentences(whole) == [whole]


def test_a_transcript_without_marks_falls_at_words_that_open_and_close_sentences():
    said = "家人们看过来啊这个苹果是洛川的今天凌晨刚摘的然后全程冷链没断过链但是农残报告我还没拿到"
    assert sentences(said) == [
        "家人们看过来啊",
        "这个苹果是洛川的今天凌晨刚摘的",
        "然后全程冷链没断过链",
        "但是农残报告我还没拿到",
    ]


def test_an_english_transcript_without_marks_falls_before_words_that_open_sentences():
    said = (
        "okay guys welcome back to the stream these apples come straight from luochuan "
        "and they were picked on the twelfth of october so these have been in cold storage since"
    )
    assert sentences(said) == [
        "okay guys welcome back to the stream these apples come straight from luochuan",
        "and they were picked on the twelfth of october",
        "so these have been in cold storage since",
    ]


def test_a_short_line_is_one_sentence_whatever_words_it_holds():
    assert sentences("但是这个苹果真的很甜啊家人们") == ["但是这个苹果真的很甜啊家人们"]


@given(st.text(st.sampled_from('家人们啊，。.?! 今早摘的但是ok so3\n\t"”（)')) | st.text())
def test_nothing_that_was_said_is_lost_and_no_sentence_is_too_long(text):
    said = sentences(text)

    assert bare("".join(said)) == bare(text)
    assert all(0 < len(each) <= 400 for each in said)


def test_what_no_word_divides_is_cut_all_the_same():
    assert sentences("a" * 500 + " b") == ["a" * 400, "a" * 100 + " b"]
