"""Column widths follow from what the cells hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitepapers.rendering.columns import MEASURE, shares


def test_a_column_of_short_cells_gets_what_its_longest_cell_needs():
    number, date, summary = shares(
        [["版数", "第1.0版"], ["日付", "2026/11/20"], ["改訂内容", "情報のバックアップの保持期間を改めました。" * 4]]
    )
    assert number / 100 * MEASURE > 3 + 1.3
    assert date / 100 * MEASURE > 6.9 + 1.3
    assert summary >= 70


def test_columns_of_sentences_share_what_is_left_by_how_much_they_hold():
    short, long = shares([["項目", "定期的な点検の実施状況です。" * 3], ["内容", "定期的な点検の実施状況です。" * 9]])
    assert 25 < short < 40 < long


def test_a_latin_word_keeps_its_line():
    word, _ = shares([["方式", "provisioning"], ["内容", "説明です。" * 60]])
    assert word / 100 * MEASURE > 7.5


def test_a_table_without_columns_has_none():
    assert shares([]) == []


@pytest.mark.parametrize("cells", [[""], ["", ""], ["\n"]])
def test_empty_cells_are_no_trouble(cells):
    assert sum(shares([cells, cells])) == 100


@given(st.lists(st.lists(st.text(max_size=60), min_size=1, max_size=5), min_size=1, max_size=8))
def test_the_widths_are_whole_percents_that_fill_the_measure(columns):
    found = shares(columns)
    assert len(found) == len(columns)
    assert sum(found) == 100
    assert min(found) >= 1
