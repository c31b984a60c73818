"""新旧対照表 as PDF: what it says, in which order, and that it is the same each time."""

from __future__ import annotations

from dataclasses import replace

from tests.documents import bullets, make_document, section
from tests.whitepapers.pdf_reading import Pdf
from whitepapers.diff import compare
from whitepapers.document import Document
from whitepapers.rendering.comparison import comparison_html, render_comparison


def documents() -> tuple[Document, Document]:
    before = make_document(
        section("目的", "本書の目的です。", "変わらない文章です。", number="1"),
        section("廃止", "古い節です。", number="2"),
    )
    after = make_document(
        section("目的", "本書の目的と範囲です。", "変わらない文章です。", bullets("新しい項目"), number="1")
    )
    return before, after


def rendered(before: Document, after: Document) -> bytes:
    return render_comparison(before, after, compare(before, after), before_label="1.0版", after_label="1.1版")


def test_both_sides_stand_beside_each_other_and_what_stayed_is_left_out():
    text = Pdf(rendered(*documents())).words
    for words in ("新旧対照表", "旧（1.0版）", "新（1.1版）", "（略）", "新しい項目", "古い節です。", "（削除）"):
        assert words in text
    assert "変わらない文章です。" not in text


def test_what_went_and_came_is_marked_without_colour():
    before, after = documents()
    html = comparison_html(before, after, compare(before, after), before_label="1.0版", after_label="1.1版")
    assert "<ins>と範囲</ins>" in html
    assert "<del>古い節です。</del>" in html


def test_it_is_tagged_as_a_table_with_heads():
    tags = {path[-1] for path in Pdf(rendered(*documents())).tags}
    assert {"/H1", "/Table", "/TH", "/TD"} <= {tag if tag.startswith("/") else f"/{tag}" for tag in tags}


def test_the_same_pair_gives_the_same_bytes():
    assert rendered(*documents()) == rendered(*documents())


def test_the_head_is_repeated_on_every_page():
    before = make_document(*(section(f"節{n}", "古い文章です。" * 30) for n in range(30)))
    after = make_document(*(section(f"節{n}", "新しい文章です。" * 30) for n in range(30)))
    pdf = Pdf(rendered(before, after))
    assert pdf.pages > 2
    assert all("区分・備考" in text for text in pdf.texts)


def test_a_character_without_a_glyph_and_markup_of_a_person_do_no_harm():
    before, _ = documents()
    first = before.printed.sections[0]
    hostile = replace(first, title="<script>&amp;𠮷 ]]>")
    after = replace(before, printed=replace(before.printed, sections=(hostile, *before.printed.sections[1:])))
    assert "<script>&amp;" in Pdf(rendered(before, after)).text


def test_nothing_changed_is_said():
    before, _ = documents()
    assert "変更はありません。" in Pdf(rendered(before, before)).words
