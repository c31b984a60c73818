"""Texts in lists and their differences."""

import time

from hypothesis import given
from hypothesis import strategies as st

from whitepapers.excerpts import difference, excerpt, readable

SENTENCES = st.text(alphabet="あい。\n」 ", max_size=30)


@given(SENTENCES, SENTENCES)
def test_the_pieces_hold_every_word_of_both_texts(before, after):
    pieces = difference(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after
    without_space = "".join("".join(piece.text for piece in pieces if piece.kind != "added").split())
    assert without_space == "".join(before.split())


def test_only_the_sentence_that_changed_is_marked():
    pieces = difference("毎日取得。14日保持。無償。", "毎日取得。30日保持。無償。")
    assert [(piece.kind, piece.text) for piece in pieces] == [
        ("same", "毎日取得。"), ("removed", "14日保持。"), ("added", "30日保持。"), ("same", "無償。"),
    ]  # fmt: skip


def test_huge_texts_are_compared_in_time():
    started = time.perf_counter()
    difference("あ。" * 50_000, "い。" * 50_000)
    difference("".join(f"{n}。" for n in range(20_000)), "".join(f"{n}。" for n in range(20_000, 0, -1)))
    assert time.perf_counter() - started < 2


def test_an_excerpt_is_one_line_with_words_for_placeholders():
    assert (
        excerpt("毎日\n{{ days }}保持。{{ ref: 12.4.1 }}", {"days": "〔保持期間〕"})
        == "毎日 〔保持期間〕保持。〔12.4.1への参照〕"
    )
    assert excerpt("あ" * 300, {}) == "あ" * 80 + "…"
    assert excerpt("保持は{{ backup_ret", {}) == "保持は"
    assert readable("{{ x }}", {}) == "〔x〕"
