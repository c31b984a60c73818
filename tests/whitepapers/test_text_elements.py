"""What a body may hold, element by element (text.py, markdown.py)."""

import pytest

from tests.whitepapers.reading_blocks import read
from whitepapers.document import Cell, FactValue, Paragraph, Table, Text
from whitepapers.text import to_blocks, too_wide_rows


def test_an_empty_line_ends_a_paragraph_and_a_line_end_is_kept():
    assert read("一行目\n二行目\n\n\n次の段落") == ["一行目\n二行目", "次の段落"]


def test_full_width_indentation_of_a_paragraph_is_not_printed():
    assert read("　本書は…\n　次の行") == ["本書は…\n次の行"]


def test_a_backslash_at_the_end_of_a_line_is_a_line_break():
    assert read("a\\\nb") == ["a\nb"]


@pytest.mark.parametrize(
    ("body", "printed"),
    [
        ("これは**「重要」**です。", "これは<b>「重要」</b>です。"),
        ("**太字（注）**が続く", "<b>太字（注）</b>が続く"),
        ("前**。**後", "前<b>。</b>後"),
        ("A**あ、**B", "A<b>あ、</b>B"),
        ("**a**b**c**", "<b>a</b>b<b>c</b>"),
        ("***a***", "*<b>a</b>*"),
        ("**a __b__ c**", "<b>a __b__ c</b>"),
        ("**一行目\n二行目**", "<b>一行目\n二行目</b>"),
        ("**a **b** c**", "<b>a <b>b</b> c</b>".replace("<b>b</b>", "b")),
    ],
)
def test_two_stars_are_bold_also_beside_japanese_punctuation(body, printed):
    assert read(body) == [printed]


@pytest.mark.parametrize("body", ["**x", "x**", "** x **", "a * b * c", "*a*", "_a_ __b__", "****", "a ***** b", "2**"])
def test_other_stars_and_underlines_are_text(body):
    assert read(body) == [body]


@pytest.mark.parametrize(
    ("body", "printed"),
    [
        ("詳細はhttps://example.com/a）を参照。", "詳細は<a https://example.com/a>https://example.com/a</a>）を参照。"),
        ("「https://example.com/」", "「<a https://example.com/>https://example.com/</a>」"),
        ("https://example.com/いろは", "<a https://example.com/>https://example.com/</a>いろは"),
        ("（https://e.com/x_(y)）", "（<a https://e.com/x_(y)>https://e.com/x_(y)</a>）"),
        ("(https://e.com/)", "(<a https://e.com/>https://e.com/</a>)"),
        ("https://e.com/__a__?b=*c*&d", "<a https://e.com/__a__?b=*c*&d>https://e.com/__a__?b=*c*&d</a>"),
        ("https://e.com/a**b", "<a https://e.com/a**b>https://e.com/a**b</a>"),
        ("https://e.com.", "<a https://e.com>https://e.com</a>."),
        ("**https://e.com**", "<b><a https://e.com>https://e.com</a></b>"),
        ("<https://e.com/%E3%81%82%0A>", "<a https://e.com/%E3%81%82%0A>https://e.com/%E3%81%82%0A</a>"),
        ("<a@example.com>", "<a mailto:a@example.com>a@example.com</a>"),
        ("[規約](https://e.com/a)です", "<a https://e.com/a>規約</a>です"),
        ("[](https://e.com)", "<a https://e.com>https://e.com</a>"),
        ("[**太字**](https://e.com)", "<a https://e.com><b>太字</b></a>"),
        ("[**https://a.com**](https://b.com)", "<a https://b.com><b>https://a.com</b></a>"),
        ("[{{ x }}](https://e.com)", "<a https://e.com>{fact:x}</a>"),
        ("![図](https://e.com/x.png)", "!<a https://e.com/x.png>図</a>"),
    ],
)
def test_addresses_are_links(body, printed):
    assert read(body) == [printed]


@pytest.mark.parametrize(
    "body",
    [
        "[t](javascript:alert(1))",
        "[t](data:text/html,x)",
        "[t](/path)",
        "[t](#anchor)",
        "[t]()",
        "[]()",
        "[t][ref]",
        "[ ] 未完了",
        "http://",
        "https://",
        "<javascript:alert(1)>",
        "< >",
    ],
)
def test_what_leads_nowhere_is_text(body):
    assert read(body) == [body]


def test_a_link_with_a_title_is_text_because_the_title_would_be_printed_nowhere():
    assert read('[規約](https://e.com "第3版")') == ['[規約](<a https://e.com>https://e.com</a> "第3版")']


def test_a_reference_definition_is_text():
    assert read("[a]: https://e.com") == ["[a]: <a https://e.com>https://e.com</a>"]


@pytest.mark.parametrize(
    "body",
    [
        "# 見出し",
        "見出し\n===",
        "見出し\n---",
        "> 引用",
        "```\ncode\n```",
        "`code`",
        "~~取消~~",
        "---",
        "***",
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "<!-- 注釈 -->",
        "&amp; &lt; &#65; &nbsp;",
        "{% if x %}",
        "<< x >>",
        "]]>",
        "{ x }",
        "}} {",
        "]](",
        "髙𠮷﨑 😀 مرحبا",
        "①a\n②b",
        "(1) a\n(2) b",
        "■ a\n◆ b",
    ],
)
def test_everything_else_is_text(body):
    assert read(body) == [body]


def test_four_spaces_are_no_code():
    assert read("a\n\n    b") == ["a", "b"]


def test_a_backslash_writes_a_sign_that_would_be_a_mark():
    assert read(r"\*\*a\*\* \[b\](c) \\ \a") == [r"**a** [b](c) \ \a"]


# --- Notes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "blocks"),
    [
        ("※注記", [("note", "※", "注記")]),
        ("※ 注記", [("note", "※", "注記")]),
        ("※1 注記", [("note", "※1", "注記")]),
        ("※１　注記", [("note", "※１", "注記")]),
        ("本文\n※1 一\n※2 二", ["本文", ("note", "※1", "一"), ("note", "※2", "二")]),
        ("※一\n続き", [("note", "※", "一\n続き")]),
        ("　※注記", [("note", "※", "注記")]),
        ("- 項目\n※注記", [("ul", "項目"), ("note", "※", "注記")]),
        ("- 項目\n\n※注記", [("ul", "項目"), ("note", "※", "注記")]),
        ("- ※注記", [("ul", ("note", "※", "注記"))]),
        ("- 項目\n  ※注記", [("ul", ["項目", ("note", "※", "注記")])]),
        ("※**太字**の注", [("note", "※", "<b>太字</b>の注")]),
        ("※{{ x }}の注", [("note", "※", "{fact:x}の注")]),
        ("本文（※1）です。", ["本文（※1）です。"]),
        ("※2024年4月現在", [("note", "※", "2024年4月現在")]),
        ("※24時間以内", [("note", "※", "24時間以内")]),
        ("※3営業日", [("note", "※", "3営業日")]),
    ],
)
def test_a_line_that_begins_with_a_reference_mark_is_a_note(body, blocks):
    assert read(body) == blocks


# --- Tables -------------------------------------------------------------------------------------------------------


def test_a_table():
    body = "| 項目 | 値 |\n|---|---|\n| 頻度 | **日次** |\n| 保持 | {{ x }} |"
    assert read(body) == [("table", ["項目", "値"], ["頻度", "<b>日次</b>"], ["保持", "{fact:x}"])]


def test_columns_are_aligned_as_the_rule_says():
    (table,) = to_blocks("|a|b|c|d|\n|:-|:-:|-:|-|\n|1|2|3|4|")
    assert isinstance(table, Table)
    assert [cell.align for cell in table.rows[0]] == ["left", "center", "right", ""]


def test_a_row_may_lack_cells_and_a_cell_may_hold_a_bar():
    assert read("|a|b|\n|-|-|\n|1|\n|x\\|y|") == [("table", ["a", "b"], ["1", ""], ["x|y", ""])]


def test_a_table_may_follow_a_line_of_text():
    assert read("次の表\n|a|b|\n|-|-|\n|1|2|") == ["次の表", ("table", ["a", "b"], ["1", "2"])]


@pytest.mark.parametrize("after", ["以上です。", "※注記", "　字下げ"])
def test_a_line_without_a_bar_ends_the_table(after):
    table, behind = read(f"|a|b|\n|-|-|\n|1|2|\n{after}")
    assert table == ("table", ["a", "b"], ["1", "2"])
    assert behind in (after.strip(), ("note", "※", "注記"))


def test_a_table_may_stand_in_an_item():
    body = "- 一覧\n  | a | b |\n  |---|---|\n  | 1 | 2 |\n- 次"
    assert read(body) == [("ul", ["一覧", ("table", ["a", "b"], ["1", "2"])], "次")]


@pytest.mark.parametrize("body", ["|a|b|", "|a|b|\n|-|", "a | b\nc | d", "|"])
def test_bars_without_a_rule_are_text(body):
    assert read(body) == [body]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("|a|b|\n|-|-|\n|1|2|3|\n|1|2|\n|1|2|3|4|", [3, 5]),
        ("text\n\n|a|\n|-|\n|1|\n|1|2|\n\n|1|2|", [6]),
        ("- x\n\n  |a|\n  |-|\n  |1|2|", [5]),
        ("・a\n|a|\n|-|\n|1|2|", [4]),
        ("|a|b|\n|-|-|\n|1\\|1|2|\n1|2", []),
        ("| {{ x }} |\n|---|\n| 1 | 2 |", [3]),
        ("|a|b|\n|-|\n|1|2|3|", []),
    ],
)
def test_rows_wider_than_their_head_are_told_by_line(body, lines):
    assert list(too_wide_rows(body)) == lines


# --- Placeholders -------------------------------------------------------------------------------------------------


def test_placeholders_resolve_wherever_text_may_stand():
    body = "a {{ x }}b\n\n- {{ y }}\n\n**{{ ref: 6.1.1 }}**"
    assert read(body) == ["a {fact:x}b", ("ul", "{fact:y}"), "<b>{ref:6.1.1}</b>"]


@pytest.mark.parametrize(
    "body", ["{{x}}", "{{ x }}", "{{　x　}}", "{{\tx }}"], ids=["tight", "spaces", "full-width", "tab"]
)
def test_spaces_in_a_placeholder_do_not_matter(body):
    assert read(body) == ["{fact:x}"]


@pytest.mark.parametrize("body", ["{{ ref: a }}", "{{ref:a}}", "{{ ref : a }}", "{{ ref:　a }}"])
def test_spaces_in_a_reference_do_not_matter(body):
    assert read(body) == ["{ref:a}"]


def test_an_escaped_placeholder_is_text():
    assert read(r"\{{ x }} と \{\{ y }} と \\{{ z }}") == [r"{{ x }} と {{ y }} と \{fact:z}"]


@pytest.mark.parametrize(
    "body", ["{{ }}", "{{ x", "{{ x y }}", "{{ 7*7 }}", "{ {x}}", "{{ あ }}", "{{ ref: }}", "{{\nx }}"]
)
def test_a_broken_placeholder_is_printed_as_text(body):
    assert read(body) == [body]


@pytest.mark.parametrize(
    ("body", "blocks"),
    [
        ("{{ figure: a }}", [("figure", "key")]),
        ("前\n{{ figure: a }}\n後", ["前", ("figure", "key"), "後"]),
        ("前\n　{{ figure: a }}　\n※注", ["前", ("figure", "key"), ("note", "※", "注")]),
        ("- {{ figure: a }}", [("ul", ("figure", "key"))]),
        ("- 次の図\n  {{ figure: a }}\n  です。", [("ul", ["次の図", ("figure", "key"), "です。"])]),
        ("{{ figure: a }}\n{{ figure: b }}", [("figure", "key"), ("figure", "key")]),
        ("図は{{ figure: a }}", ["図は{figure:a}"]),
        ("**{{ figure: a }}**", ["<b>{figure:a}</b>"]),
        ("[\n{{ figure: a }}\n](https://e.com)", ["<a https://e.com>\n{figure:a}\n</a>"]),
        ("|a|\n|-|\n|{{ figure: a }}|", [("table", ["a"], ["{figure:a}"])]),
    ],
)
def test_a_placeholder_alone_in_its_line_may_become_a_block(body, blocks):
    assert read(body) == blocks


def test_without_a_resolver_placeholders_are_the_text_that_was_written():
    assert to_blocks("{{x}} と {{  ref:y }}") == (Paragraph((Text("{{x}} と {{  ref:y }}"),)),)


def test_a_block_inside_a_line_is_refused():
    with pytest.raises(TypeError):
        to_blocks("a {{ x }}", lambda *_: Table((Cell((Text("a"),)),), ()))


def test_a_placeholder_in_an_address_is_printed_beside_it():
    assert read("https://e.com/{{ x }}") == ["<a https://e.com/>https://e.com/</a>{fact:x}"]
    assert read("[a](https://e.com/{{x}})") == ["[a](<a https://e.com/>https://e.com/</a>{fact:x})"]
    assert read("<https://e.com/{{x}}>") == ["<<a https://e.com/>https://e.com/</a>{fact:x}>"]


def test_inlines_are_merged():
    assert to_blocks("a*b_c[d", lambda p, _: FactValue(p.name, "")) == (Paragraph((Text("a*b_c[d"),)),)
