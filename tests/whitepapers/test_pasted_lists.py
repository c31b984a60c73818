"""Lists as they are typed and as they come from Word (pasting.py)."""

import pytest

from tests.whitepapers.reading_blocks import read


@pytest.mark.parametrize("mark", ["・", "●", "•", "・　", "● ", "- ", "* ", "+ ", "-　", "・\t"])
def test_lines_that_begin_with_a_mark_are_bullets(mark):
    assert read(f"{mark}一\n{mark}二") == [("ul", "一", "二")]


def test_marks_may_be_mixed():
    assert read("・a\n- b\n● c\n- ・d") == [("ul", "a", "b", "c", "d")]


def test_a_list_follows_a_line_of_text_and_a_line_of_text_ends_it():
    assert read("次のとおりです。\n・a\n・b\n以上です。") == ["次のとおりです。", ("ul", "a", "b"), "以上です。"]


def test_empty_lines_between_items_do_not_end_the_list():
    assert read("・a\n\n・b\n\n\n・c") == [("ul", "a", "b", "c")]


@pytest.mark.parametrize(
    "body",
    [
        "・a\n　・b\n　・c\n・d",
        "・a\n  ・b\n  ・c\n・d",
        "・a\n ‐ b\n ‐ c\n・d",
        "・a\n　‐b\n　‐c\n・d",
        "・a\n　- b\n　-c\n・d",
        "・a\n　– b\n　− c\n・d",
        "- a\n  - b\n  - c\n- d",
        "- a\n\t- b\n\t- c\n- d",
        "　・a\n　　・b\n　　・c\n　・d",
        "・a\n\n　・b\n\n　・c\n\n・d",
    ],
)
def test_an_indented_mark_is_a_nested_item(body):
    assert read(body) == [("ul", ["a", ("ul", "b", "c")], "d")]


def test_three_levels_and_back():
    assert read("・a\n　・b\n　　・c\n　・d\n・e") == [("ul", ["a", ("ul", ["b", ("ul", "c")], "d")], "e")]


def test_an_item_indented_less_than_its_siblings_belongs_to_the_level_that_is_left():
    assert read("　・a\n・b") == [("ul", "a", "b")]


@pytest.mark.parametrize("body", ["‐ a", "-a", "-5℃", "‐5℃\n–a", "–a"])
def test_a_hyphen_without_a_list_above_it_is_text(body):
    assert read(body) == [body]


def test_a_negative_number_in_an_item_is_text():
    assert read("・温度\n　-5℃") == [("ul", "温度\n-5℃")]


@pytest.mark.parametrize("body", ["・", "-", "*", "+", "1.", "1)", "・\n-", "-\n-"])
def test_a_mark_without_a_text_is_text(body):
    assert read(body) == [body]


def test_a_mark_inside_a_line_is_text():
    assert read("東京・大阪 - 名古屋") == ["東京・大阪 - 名古屋"]


@pytest.mark.parametrize(
    ("body", "blocks"),
    [
        ("1. a\n2. b", [("ol", 1, "a", "b")]),
        ("3. a\n4. b", [("ol", 3, "a", "b")]),
        ("1) a\n2) b", [("ol", 1, "a", "b")]),
        ("1.　a\n2.　b", [("ol", 1, "a", "b")]),
        ("次の手順です。\n1. a\n2. b", ["次の手順です。", ("ol", 1, "a", "b")]),
        ("次の手順です。\n3. a", ["次の手順です。", ("ol", 3, "a")]),
        ("・a\n　3. b\n　4. c", [("ul", ["a", ("ol", 3, "b", "c")])]),
        ("1. a\n　・b\n2. c", [("ol", 1, ["a", ("ul", "b")], "c")]),
        ("1. a\n   - b\n2. c", [("ol", 1, ["a", ("ul", "b")], "c")]),
        ("・a\n3. b", [("ul", "a"), ("ol", 3, "b")]),
        ("1. a\n\n説明\n\n2. b", [("ol", 1, "a"), "説明", ("ol", 2, "b")]),
        ("1.5倍です。", ["1.5倍です。"]),
        ("1.a", ["1.a"]),
    ],
)
def test_numbered_lists(body, blocks):
    assert read(body) == blocks


@pytest.mark.parametrize(
    ("body", "blocks"),
    [
        ("・一行目\n　二行目", [("ul", "一行目\n二行目")]),
        ("・a\n　続き\n・b", [("ul", "a\n続き", "b")]),
        ("- a\n\n  第二段落\n- b", [("ul", ["a", "第二段落"], "b")]),
        ("・a\n　‐ b\n　　続き\n・c", [("ul", ["a", ("ul", "b\n続き")], "c")]),
        ("- a\n  - b\n\n  aの続き", [("ul", ["a", ("ul", "b"), "aの続き"])]),
        ("・a\n\n　　続き", [("ul", ["a", "続き"])]),
    ],
)
def test_an_indented_line_goes_on_with_the_item_above_it(body, blocks):
    assert read(body) == blocks


def test_after_an_empty_line_a_full_width_space_begins_a_new_paragraph():
    assert read("・a\n・b\n\n　これらは…") == [("ul", "a", "b"), "これらは…"]


def test_items_deeper_than_ten_levels_stay_in_the_list():
    body = "\n".join("　" * depth + f"・{depth}" for depth in range(30))
    (block,) = read(body)
    seen = []
    while True:
        _, *items = block
        seen += [item if isinstance(item, str) else item[0] for item in items]
        if all(isinstance(item, str) for item in items):
            break
        block = next(item[1] for item in items if not isinstance(item, str))
    assert seen == [str(depth) for depth in range(30)]


def test_bold_links_and_placeholders_stand_in_items():
    assert read("・**a**：{{ x }}") == [("ul", "<b>a</b>：{fact:x}")]
