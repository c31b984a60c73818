"""The sentences of a Document, and which differ between two of them."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from whitepapers.document import (
    Cell,
    FactValue,
    Link,
    List,
    Note,
    Paragraph,
    Section,
    Strong,
    Table,
    Text,
)
from whitepapers.sentences import ChangedSentence, changed_sentences, sentences


def section(*blocks):
    return Section("s1", "control", 1, "8.4", "バックアップ", "", blocks, ())


def said(*inlines):
    return sentences(section(Paragraph(tuple(inlines))))


def test_a_sentence_ends_with_a_full_stop_or_with_its_block():
    assert said(Text("毎日行います。保管は"), FactValue("days", "7日"), Text("です。以上")) == [
        "毎日行います。",
        "保管は7日です。",
        "以上",
    ]


def test_closing_marks_stay_with_their_sentence():
    assert said(Text("「復元します。」と書きます。次。")) == ["「復元します。」と書きます。", "次。"]


def test_every_kind_of_block_has_sentences():
    item = (Paragraph((Text("項目。二つ目"),)),)
    head, row = (Cell((Text("国"),)), Cell((Text("用途"),))), (Cell((Text("日本。"),)), Cell(()))
    blocks = (
        List(False, 1, (item,)),
        Table(head, (row,)),
        Note("※1", (Text("注記"),)),
        Paragraph((Strong((Text("太"),)),)),
    )
    assert sentences(section(*blocks)) == ["項目。", "二つ目", "国\t用途", "日本。\t", "※1 注記", "太"]


def test_an_address_that_is_not_printed_counts_too():
    assert said(FactValue("terms", "「規約」", "https://example.jp/")) == ["「規約」（https://example.jp/）"]
    assert said(Link("https://example.jp/", (Text("https://example.jp/"),))) == ["https://example.jp/"]


def test_only_what_differs_is_reported_and_nothing_that_moved():
    assert list(changed_sentences(["あ。", "い。", "う。"], ["あ。", "え。", "う。"])) == [
        ChangedSentence("い。", "え。")
    ]
    assert list(changed_sentences(["あ。", "い。"], ["い。", "あ。"])) == []
    assert list(changed_sentences(["あ。"], ["あ。", "あ。"])) == [ChangedSentence("", "あ。")]


_texts = st.lists(st.sampled_from(["あ。", "い。", "う。", "え\tお", "3日。"]), max_size=12)


@given(before=_texts, after=_texts)
@settings(max_examples=300, deadline=None)
def test_what_is_reported_turns_one_text_into_the_other(before, after):
    changed = list(changed_sentences(before, after))
    shown_before, shown_after = ([text.replace("\t", " ｜ ") for text in texts] for texts in (before, after))
    gone = Counter(each.before for each in changed if each.before)
    new = Counter(each.after for each in changed if each.after)
    assert gone == Counter(shown_before) - Counter(shown_after)
    assert new == Counter(shown_after) - Counter(shown_before)


@given(before=st.text("あい12.a。", max_size=12), after=st.text("あい12.a。", max_size=12))
@settings(max_examples=300, deadline=None)
def test_the_marked_parts_make_up_the_sentences(before, after):
    head, was, becomes, tail = ChangedSentence(before, after).marked
    assert (head + was + tail, head + becomes + tail) == (before, after)


def test_numbers_are_marked_whole():
    assert ChangedSentence("保管は14日です。", "保管は15日です。").marked == ("保管は", "14", "15", "日です。")
    assert ChangedSentence("保管は5日です。", "保管は15日です。").marked == ("保管は", "5", "15", "日です。")


def test_very_many_sentences_are_compared_in_time():
    before = [f"{number}。" for number in range(3_000)]
    after = [f"{number + 1}日。" for number in range(3_000)]
    assert len(list(changed_sentences(before, after))) == 3_000
