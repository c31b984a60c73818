"""The rich editor's HTML and the Markdown subset: the same blocks both ways, and nothing but what the subset knows."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import zip_longest

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from whitepapers.document import Break, FactValue, Link, List, Note, Paragraph, Text
from whitepapers.pasting import as_markdown_lists
from whitepapers.richtext import to_html, to_markdown
from whitepapers.text import InvalidText, clean, placeholders, to_blocks, too_wide_rows

from .test_text_survives import LETTERS, MARKS, PIECES, printed


def read(body: str):
    """The blocks with every placeholder as itself; without what nobody sees: blanks at the end of a line that a
    backslash ended, and items that have nothing in them (``- -``)."""
    return tuple(seen(to_blocks(body, lambda placeholder, _: FactValue(str(placeholder), ""))))


def seen(blocks):
    for block in blocks:
        if isinstance(block, List):
            if items := tuple(item for parts in block.items if (item := tuple(seen(parts)))):
                yield replace(block, items=items)
        elif isinstance(block, Paragraph | Note):
            children = tuple(without_blanks(at_the_edges(block.children)))
            if children or isinstance(block, Note):
                yield replace(block, children=children)
        else:
            yield block


def without_blanks(inlines):
    for inline, behind in zip_longest(inlines, inlines[1:]):
        if isinstance(inline, Text) and (behind is None or isinstance(behind, Break)):
            if text := inline.text.rstrip(" \t\u3000"):
                yield Text(text)
        else:
            yield inline


def at_the_edges(inlines):
    """A link's text may begin and end with blanks; at the edges of a paragraph nobody sees them."""
    inlines = list(inlines)
    for place, strip in ((0, str.lstrip), (-1, str.rstrip)):
        while inlines and isinstance(link := inlines[place], Link):
            children = list(link.children)
            while children and isinstance(edge := children[place], Break | Text):
                text = strip(edge.text, " \t\u3000") if isinstance(edge, Text) else ""
                if text:
                    children[place] = Text(text)
                    break
                del children[place]
            assert children, "a link that nobody sees"
            inlines[place] = replace(link, children=tuple(children))
            break
    return tuple(inlines)


def alone(body: str) -> list[bool]:
    """Whether each placeholder may become a block: nothing else is in its line."""
    found: list[bool] = []
    to_blocks(body, lambda placeholder, is_alone: found.append(is_alone) or FactValue(str(placeholder), ""))
    return found


def there_and_back(body: str) -> str:
    return to_markdown(to_html(body))


def assert_lossless(body: str) -> None:
    assume(not list(too_wide_rows(body)))
    back = there_and_back(body)
    assert read(back) == read(body)
    assert all(after or not before for before, after in zip(alone(body), alone(back), strict=True))
    assert there_and_back(back) == back, "the second way changes nothing"


@example("●- 1\n ※")
@given(st.text(LETTERS + MARKS, max_size=120))
@example("|a|\n|-|\n|b\\||\n")
@example("- - x\n  - y")
@example("**a ***b** c**")
@example("・a\n　・b\n\n　　c\n\n1. x\n2) y")
@example("a\\|b\n\\-|-")
@example("1\\. a\n\\- b\n\\* c")
def test_any_body_comes_back_as_the_same_blocks(body):
    assert_lossless(body)


@given(st.lists(st.sampled_from([*PIECES, "\n\n", "\n", "・", "※", "１. ", "  ", "あ"]), max_size=25).map("".join))
@example("{{ a }}\n{{ b }}x\n\n・{{ c }}")
@example("[a](https://e.com/|b)\n\n|[a](https://e.com/\\|b)|\n|-|")
@example("[**a**](https://e.com)**[b](https://e.com)**")
@example("[a](https://e.com)[b](https://e.com)")
@example("[\n※1 ](https://e.com)")
@example("[ ](https://e.com)")
@example("1\n\\\n1")
@example("https://e.com/[\\](https://e.com)")
@example("[https://e.com/\\](https://e.com)")
def test_any_mixture_of_marks_comes_back_as_the_same_blocks(body):
    assert_lossless(body)


@given(st.text(st.characters(), max_size=80))
def test_any_clean_text_comes_back_as_the_same_blocks(text):
    try:
        body = clean(text, multiline=True)
    except InvalidText:
        return
    assert_lossless(body)


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_what_is_sound_stays_sound(body):
    assume(not list(too_wide_rows(body)))
    try:
        before = [placed.placeholder for placed in placeholders(body)]
    except InvalidText:
        return
    assert [placed.placeholder for placed in placeholders(there_and_back(body))] == before


TAGS = [
    "p",
    "div",
    "b",
    "strong",
    "i",
    "ul",
    "ol",
    "li",
    "table",
    "tr",
    "td",
    "th",
    "a",
    "span",
    "h2",
    "script",
    "font",
]
HTML_PIECES = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
    st.sampled_from(
        [
            "<br>",
            "<br><br>",
            '<a href="https://e.com/x">',
            '<a href="javascript:alert(1)">',
            '<td colspan="3">',
            "&lt;",
            "<img src=x>",
            "\n",
            '<span data-placeholder="{{ a }}">あ</span>',
            '<span data-placeholder="x">い</span>',
        ]
    ),
    st.text(LETTERS + MARKS, max_size=8),
)


@given(st.lists(HTML_PIECES, max_size=30).map("".join))
@example("<ul><li><p></p><ul><li>a<ul><li>b</li></ul></li></ul></li></ul>")
@example("a<b>(b)</b>c")
@example("a<![if x]>b<![1")
@example("<b>a </b>b<b>　</b>")
def test_whatever_a_browser_sends_becomes_a_body_that_stays_as_it_is(html):
    body = to_markdown(html)
    assume(not list(too_wide_rows(body)))
    assert read(there_and_back(body)) == read(body)


@given(st.lists(st.sampled_from(LETTERS), min_size=1, max_size=6).map("".join), st.sampled_from(TAGS))
def test_no_word_is_lost(words, tag):
    assume(tag != "script")
    assert words in printed(to_markdown(f"<{tag}>{words}</{tag}>"))


# --- What the editor and the clipboard send ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "body"),
    [
        ("<p>a<br>b</p><p>c</p>", "a\nb\n\nc"),
        ("<p>a<br><br>b<br></p>", "a\n\\\nb"),
        ("<p>a</p><p></p><p><br></p><p>b</p>", "a\n\nb"),
        ("<ul><li><p>a</p><ul><li><p>b</p></li></ul></li><li><p>c</p></li></ul>", "・a\n  ・b\n・c"),
        ('<ol start="3"><li>a</li><li>b</li></ol>', "3. a\n4. b"),
        ("<ul><li>a</li><ul><li>b</li></ul></ul>", "・a\n  ・b"),
        ('<p>毎<span data-placeholder="{{ backup_frequency }}">日次</span>。</p>', "毎{{ backup_frequency }}。"),
        ('<p><span data-placeholder="{{ bad name }}">日次</span></p>', "日次"),
        ("<p><b>a </b>b</p>", "**a** b"),
        ("<p>a<b>(b)</b>c</p>", "a\\(b\\)c"),
        ('<p><a href="https://e.com/">例</a></p>', "[例](https://e.com/)"),
        ('<p><a href="https://e.com/">https://e.com/</a></p>', "https://e.com/"),
        ('<p><a href="javascript:alert(1)">例</a></p>', "例"),
        ('<p>a<a href="https://e.com/"> </a></p>', "ahttps://e.com/"),
        ('<p><a href="https://e.com/"><img src="x"></a></p>', ""),
        ("<p>{{ x</p>", "\\{{ x"),
        ("<p>※1 注です。</p>", "※1注です。"),
        ("<h2>見出し</h2><blockquote><p>引用</p></blockquote><pre>a b</pre>", "見出し\n\n引用\n\na b"),
        ("<script>alert(1)</script><style>p{}</style><p onclick='x'>a</p><!-- c -->", "a"),
        ("<p><i>a</i><u>b</u><font color=red>c</font></p>", "abc"),
        (
            "<table><tr><td>役割</td><td>担当</td></tr><tr><td>復元<br>試験</td><td>当|社</td></tr></table>",
            "| 役割 | 担当 |\n| --- | --- |\n| 復元 試験 | 当\\|社 |",
        ),
        (
            "<table><thead><tr><th colspan=2>a</th></tr></thead><tbody><tr><td><p>b</p><p>c</p></td><td>d</td></tr></tbody>"
            "</table>",
            "| a |  |\n| --- | --- |\n| b c | d |",
        ),
    ],
)
def test_html_becomes_the_body_an_author_would_write(html, body):
    assert to_markdown(html) == body


@pytest.mark.parametrize("link", ["[ ](https://e.com)", "[　](https://e.com)", "[](https://e.com)"])
@pytest.mark.parametrize("body", ["{}", "前{}", "{}後", "前{}後", "・{}", "※{}", "|{}|\n|-|"])
def test_a_link_on_a_blank_prints_its_address_and_survives_the_editor(body, link):
    written = body.format(link)
    assert "https://e.com" in printed(written)
    assert to_blocks(there_and_back(written)) == to_blocks(written)


def test_a_chip_says_what_it_stands_for():
    html = to_html("毎{{ backup_frequency }}", lambda placeholder: f"<{placeholder.name}>")
    assert (
        html == '<p>毎<span class="chip" data-placeholder="{{ backup_frequency }}">&lt;backup_frequency&gt;</span></p>'
    )


def test_the_editors_html_has_no_styles_scripts_or_handlers():
    html = to_html("<b onclick=x>a</b> [b](javascript:x) |\n\n|a|\n|:-:|\n|b|")
    assert set(re.findall(r"<(\w+)", html)) <= {"p", "table", "tbody", "tr", "th", "td"}
    assert "style=" not in html


def test_a_long_body_does_not_take_long():
    body = "".join(f"・項目{n}は**太字**です。（a_b*c）\n" for n in range(2_000))
    assert as_markdown_lists(there_and_back(body))[0].count("\n") >= 1_999
    assert to_markdown("<div>" * 5_000 + "a" + "</div>" * 5_000) == "a"
