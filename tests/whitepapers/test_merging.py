"""Two texts that began as one: both people's changes, and no word lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitepapers.merging import merged_fields, merged_text


@pytest.mark.parametrize(
    ("opened", "mine", "theirs", "text", "clashes"),
    [
        ("あ。い。", "あ。い。う。", "あ。い。", "あ。い。う。", 0),
        ("あ。い。", "山。あ。い。", "あ。い。川。", "山。あ。い。川。", 0),
        ("あ。い。", "あ。", "あ。い。", "あ。", 0),
        ("あ。い。う。", "あ。山。う。", "あ。川。う。", "あ。川。山。う。", 1),
        ("あ。い。", "あ。山。", "あ。山。", "あ。山。", 0),
        ("・あ\n・い", "・あ\n・山", "・あ\n・川", "・あ\n・川\n・山", 1),
        (None, "あ。山。", "あ。川。", "あ。川。山。", 0),
        ("", "山。", "川。", "川。\n山。", 1),
        ("あ。", "あ。\n\n山。", "あ。\n\n川。", "あ。\n\n川。\n山。", 1),
    ],
)
def test_both_changes_are_in_the_proposal(opened, mine, theirs, text, clashes):
    merged = merged_text(opened, mine, theirs)
    assert merged.text == text
    assert opened is None or merged.clashes == clashes


SENTENCES = st.lists(st.sampled_from(["あ。", "い。", "う\n", "え", "\n"]), max_size=8).map("".join)


@given(
    SENTENCES,
    st.lists(st.sampled_from(["山。", "川\n"]), max_size=3),
    st.lists(st.sampled_from(["空。", "海\n"]), max_size=3),
    st.data(),
)
def test_no_sentence_that_anybody_added_is_lost(opened, mine, theirs, data):
    def with_added(words):
        text = opened
        for word in words:
            place = data.draw(st.sampled_from([0, *(n + 1 for n, sign in enumerate(text) if sign in "。\n")]))
            text = text[:place] + word + text[place:]
        return text

    one, other = with_added(mine), with_added(theirs)
    merged = merged_text(opened, one, other).text
    for word in [*mine, *theirs]:
        assert merged.count(word.strip()) >= max(one.count(word.strip()), other.count(word.strip()))


@given(SENTENCES, SENTENCES)
def test_what_only_one_changed_is_as_they_left_it(opened, changed):
    assert merged_text(opened, changed, opened).text == changed
    assert merged_text(opened, opened, changed).text == changed


def test_fields_are_those_of_whoever_changed_them():
    opened = {"title": "a", "progress": "open", "key": ""}
    mine = {"title": "a", "progress": "done", "key": "x"}
    theirs = {"title": "b", "progress": "open", "key": "y"}
    assert merged_fields(opened, mine, theirs) == ({"title": "b", "progress": "done", "key": "x"}, ["key"])
    assert merged_fields(None, mine, theirs)[1] == ["title", "progress", "key"]
